"""First names common in the countries whose people write to us: a capital letter that is neither place nor brand."""

_NAMES = """
aaron abby abdul abigail abraham adam adele ade adriana adrian agnes ahmed aidan aileen aisha ajay akira alan
alastair alba albert alejandro alena alessandro alex alexander alexandra alexis alfie ali alice alicia alison
alistair alma amal amanda amara amber amelia amir amit amy ana anastasia anders andrea andreas andrei andrew andy
angela angus anika anil anita anjali anke ann anna annabel anne annette annika anthony antonia antonio anya arjun
arun asha ashley astrid athena aurelie axel ayesha barbara barry bart beata beatrice becky bella ben benedikt
benjamin bernadette bernard bernd beth bethany bianca bill bjorn blanca bob bogdan boris brad brandon brenda brendan
brian bridget britta bruce bruno bryan camille carl carla carlos carmen carol caroline catarina catherine cathy
cecilia charles charlie charlotte chiara chloe chris christian christina christine christoph christopher ciara
claire clara claudia clive colin colette connor craig cristina cynthia dagmar damian dan dana daniel daniela
danielle danny darren dave david dawn debbie deborah deepa deepak denise dennis derek diana diane diego dieter
dimitri dirk dominic dominik donald donna doris dorothy doug duncan dylan eamonn ed eddie edith eduardo edward
eileen elaine elena eli elif elisa elise elizabeth ella ellen ellie elsa emil emily emma emre enrique eric erik
erika erin ernst esther ethan eugene eva evan eve evelyn fabian farah fatima federico felix fernando fiona flora
francesca francesco francis francois frank franz fred freddie freya frida fritz gabriel gabriela gail gareth gary
gavin gemma geoff georg george georgina gerald gerard gert giulia giovanni giuseppe gloria gordon graham greg greta
guillaume gunther gustav guy hamid hamish hannah hannes hans harpreet harriet harry hassan hazel heather heidi heike
helen helena helga henrik henry hilary holger howard hugh hugo hussein ian ibrahim ines ingrid irene irina iris
isaac isabel isabella isla ivan jack jackie jacob jacqueline jade jakub james jamie jan jana jane janet janine jason
javier jay jean jeff jen jenna jennifer jenny jeremy jerome jess jesse jessica jill jim jimmy jo joan joanna joanne
joao jochen joe joel johan johanna johannes john jon jonas jonathan jonny jordi jorge jose josef joseph josh joshua
joy joyce juan judith judy julia julian julie juliette jurgen justin justine kai karen karim karin karl karolina
kasia kate katharina katherine kathleen kathy katie katja katrin kavita kay keith kelly ken kenneth kevin khalid
kieran kim kirsten klaus krishna kristina kurt kyle lara larry lars laura lauren laurent lea leah lee leila lena leo
leon leonard leonie leslie lewis liam lila lina linda lisa liz lola lorenzo lorna lorraine louis louise lucas lucia
lucy luigi luis luisa lukas luke lydia lynn maciej maddie madeleine maggie magda mahmoud malcolm manfred manish
manoj manuel marcel marco marcus margaret margit maria mariam marianne marie marina mario marion marisa mark marko
markus marlene marta martha martin martina marvin mary mateo mathias matilda matt matteo matthew matthias maureen
maurice max maya meera megan mehmet mei mel melanie melissa mia michael michaela michel michelle miguel mike mikhail
milan miriam mohamed mohammed moira molly monica monika morgan moritz muhammad muriel murray nadia nadine nancy
naomi natalia natalie natasha nathan neha neil nia niamh nicholas nick nicola nicolas nicole nigel nikhil niko nina
noah noel nora norman nuno olga oliver olivia omar oonagh oscar oskar otto owen pablo pamela paola paolo pat
patricia patrick paul paula pauline pavel pedro peggy penny per pete peter petra phil philip philippa phoebe pia
pierre piotr polly pooja priya rachel rafael rahul raj rajesh ralf ralph ravi ray raymond rebecca reinhard rhys
ricardo richard rick rita rob robert roberta roberto robin rod roger roland roman ronald rory rosa rosemary rosie
ross roxanne roy ruben rupert russell ruth ryan sabine sabrina sally sam samantha samir samuel sandra sandy sanjay
sara sarah sasha saskia scott sean sebastian sergio shane shannon sharon shaun sheila shirley silvia simon simone
siobhan sonia sonja sophia sophie stefan stefanie stella stephan stephanie stephen steve steven stuart sue sunita
suresh susan susanne suzanne svetlana sven sylvia tamara tania tanja tanya tara tariq ted teresa terry thea theo
theresa thomas tiago tilda tim timothy tina tobias todd tom tomas tommy toni tony tracey tracy trevor tristan udo
ulrich ulrike ursula uwe valentina valerie vanessa vera veronica vicky victor vijay vikram vincent violet vivian
vivek walter wanda wayne wendy werner wilfred wilhelm wolfgang xavier yasmin yolanda yusuf yvonne zainab zara zoe
zuzana
"""
GIVEN_NAMES = frozenset(_NAMES.split())
