"""What everyday nouns stand for: people, kinds of business, occasions, services or goods; most in the singular."""

import re
from functools import cache

# One class a paragraph: its name, a colon, its words.
_NOUNS = """
person: academic accountant activist actor actress addict admin administrator adolescent adopter adult adviser agent
  agronomist alcoholic alumna alumni alumnus amateur american analyst angler animator apprentice archaeologist archer
  architect artisan artist asthmatic athlete attendee auditor aunt australian austrian author baby bachelor backer
  backpacker baker banker barista bartender beautician beekeeper beginner belgian bird-watcher birder blacksmith
  blogger bloke boarder boater bodybuilder boss boy boyfriend bricklayer bride broker brother brit brewer builder
  bursar butcher buyer camper canadian candidate captain carer caregiver caretaker carpenter cat-owner caterer
  catholic ceo cfo chap charity-worker cheapskate chef chemist child children childminder chinese chiropodist
  christian citizen churchgoer cleaner clergy client climber clinician coach coeliac collector colleague comedian
  commuter composer congregation connoisseur conservationist consultant consumer contractor controller cook counsellor
  councillor couple cousin craftsman crafter creative creator crew critic crowd crocheter cto cto's curator customer
  cyclist dad dancer dater daughter dealer decision-maker decorator dentist designer developer diabetic diner director
  divorcee diver doctor dog-owner dog-walker donor doula driver drinker drummer dutch early-adopter economist editor
  educator elderly electrician employee employer engineer enthusiast entrepreneur european evangelist exhibitor ex-pat
  expat expert explorer exporter fan family farmer father fellow festival-goer filmmaker firefighter fisherman fitter
  flatmate flyer folk follower foodie footballer foreigner forager founder freelancer french fresher friend fundraiser
  gamer gardener german girl girlfriend golfer goth governor gp graduate grandad grandchild grandchildren grandfather
  grandma grandmother grandpa grandparent grandson granny greek groom grower guardian guest guitarist guy gymnast
  hairdresser handyman headteacher healthcare-worker hiker historian hobbyist holidaymaker homebuyer homeowner
  homeworker household housewife hr human hunter husband illustrator immigrant importer indian influencer innovator
  insomniac inspector installer instructor insider intern investor irish italian jew jobseeker jogger joiner
  journalist juggler kid knitter labourer lad lady landlady landlord landowner landscaper laptop-worker latecomer
  lawyer leader learner lecturer leaver lecturers librarian listener local loner lover machinist maker male man
  manager manufacturer marketer mate mathematician mechanic medic member men merchant midwife migrant millennial miner
  minister mom mother motorcyclist motorist mountaineer mum musician muslim nan neighbour neighbor newcomer newbie
  newlywed nomad nonprofit nurse nutritionist office-worker officer operator optician organiser organist orphan
  osteopath outsider overseas-student owner painter paramedic parent parishioner participant partner passenger patient
  patron pedestrian penpal pensioner people perfectionist performer person pet-owner pharmacist philosopher
  photographer physician physicist physio physiotherapist pianist picker pilgrim pilot planner player plumber
  podcaster poet pole police policeman policymaker politician potter prepper preschooler procrastinator producer
  professional professor programmer prospect psychologist public publisher punter pupil quilter rambler reader realtor
  recruiter refugee regular relative remote-worker renter reporter researcher resident retailer retiree retired
  reviewer rider roofer rower runner sailor salesperson saver scientist scout sculptor senior seller sewist
  shareholder shift-worker shopkeeper shopper sibling singer single sister skateboarder skater skier smallholder
  smoker snowboarder socialite soldier solicitor son songwriter southerner spanish specialist spectator spouse stag
  staff stakeholder starter stranger streamer student subscriber supporter surfer surgeon surveyor swimmer swiss
  tailor talent taxpayer teacher team-leader technician teen teenager tenant tester therapist thirty-something toddler
  tourist trader tradesman tradespeople tradie trainee trainer translator traveller traveler treasurer tribe trucker
  trustee turk tutor twenty-something uncle undergraduate undergrad user utopian vegan vegetarian vendor veteran vet
  vicar victim viewer villager violinist visitor voter volunteer waiter walker weaver wedding-planner welder
  wheelchair-user widow widower wife winemaker woman women worker writer yogi youngster youth besucher bürger eltern
  erwachsene familie familien frauen freunde gäste handwerker jugendliche kinder kunden lehrer leute männer mütter
  nachbarn paare patienten rentner schüler grundschüler senioren studenten studierende touristen urlauber väter
  hebammen abonnés adolescents adultes amis bénévoles clients élèves enfants entrepreneurs étudiants familles femmes
  hommes jeunes mamans papas parents particuliers patients retraités salariés seniors touristes trentenaires
  vacanciers voisins adultos alumnos amigos clientes estudiantes familias hombres jóvenes jubilados madres mujeres
  niños padres parejas profesores trabajadores turistas vecinos viajeros voluntarios bambini clienti coppie donne
  famiglie genitori giovani ragazzi studenti turisti uomini bezoekers gezinnen jongeren klanten kinderen mensen ouders
  toeristen
business: abattoir academy accountancy agency agriturismo aquarium arcade archive arena association atelier auctioneer
  bakery bank bar barbershop barn bath baths b&b biergarten bistro boathouse boatyard bookmaker bookshop bookstore
  boutique bowling-alley brasserie brewery bureau butchery cafe café cafeteria camp campsite canteen car-park casino
  castle cathedral cattery cellar centre center chandlery chapel charity chateau chemist's chippy chiropractor's choir
  church cidery cinema circus clinic club coffeehouse college company confectioner conservatory consultancy
  cooperative co-op co-operative council court coworking crèche creche creamery credit-union crèperie creperie dairy
  dealership deli delicatessen department depot diner distillery dispensary diocese dojo dressmaker's dry-cleaner
  embassy emporium enterprise estate estate-agent exchange factory farm fashion-house federation festival-office
  fintech firm fire-station fishmonger fishery florist forge foundation foundry franchise funeral-home gallery garage
  gelateria gin-house glassworks golf-club goldsmith's government greengrocer greenhouse grocer grocery group
  guesthouse guild gym hackerspace haberdashery hairdresser's hall hamam hammam hatchery herbalist hospice hospital
  hostel hotel house-builder icehouse incubator inn institute institution ironmonger jeweller's joinery kennels
  kindergarten kiosk kitchen-studio kitchenware lab label laboratory launderette laundrette laundry letting-agency
  library lighthouse livery lodge lounge makerspace mall manor manufactory marina marketplace mart mill ministry
  monastery mosque motel museum nail-bar ngo newsagent newspaper nightclub nonprofit non-profit nursery observatory
  office-block off-licence opera optician optician's orchard orchestra orphanage outfitters outlet parish parlour
  parlor patisserie pawnbroker pharmacy pizzeria planetarium playgroup playhouse polytechnic preschool practice press
  print-shop priory prison pub publisher publishing-house quarry radio-station ranch record-label refuge restaurant
  retailer retirement-home riding-school rink roastery salon saas sanctuary sawmill school scout-group seminary
  shelter shipyard shop showroom smithy smokehouse society spa stable stables stadium startup start-up station store
  studio supermarket supplier surgery surveyor's synagogue tannery tavern taxidermist tea-house tearoom temple theatre
  theater tiler's tourist-board township toyshop trattoria trust union university upholsterer's venue vet's vineyard
  warehouse watchmaker webshop wholesaler wine-bar winery workshop-space zoo apotheke bäckerei buchladen brauerei
  eisdiele fahrradladen firma friseur friseursalon gärtnerei gasthof geschäft hofladen kanzlei laden metzgerei
  musikschule praxis tanzschule theaterverein unternehmen verein weingut werkstatt yogastudio zahnarztpraxis agence
  auberge boucherie boulangerie cabinet école entreprise épicerie fleuriste fromagerie librairie magasin mairie
  pâtisserie salle agencia asociación bodega clínica empresa escuela floristería gimnasio librería panadería
  peluquería restaurante taberna taller tienda bottega enoteca libreria negozio osteria panificio ristorante bakkerij
  bloemist boekhandel kapper winkel office desk-space lido theme-park chain brand
occasion: anniversary assembly auction ball banquet barbecue bazaar bbq birthday bootcamp brunch burlesque cabaret
  camp carnival carol carols ceilidh celebration ceremony championship christening class clean-up clinic-day
  competition concert conference congress contest convention course cruise cup debate debut derby dinner disco display
  donor-day drive duathlon easter-hunt evening event excursion exhibition expo fair fashion-show fayre feast festival
  fete fête fiesta finale fireworks flashmob forum fundraiser gala game-night garden-party gig grotto hackathon
  half-marathon harvest hearing hen-do hike hunt hustings jam jamboree jumble-sale jubilee karaoke lecture ledge
  lesson litter-pick lunch lunch-club makeathon marathon market masquerade masterclass match matinee meet-up meeting
  meetup memorial mixer mela muster nativity opening open-day opera-night outing pageant panto pantomime parade party
  performance picnic pilgrimage play pop-up premiere presentation procession prom protest quiz race raffle rally
  reading reception recital reenactment regatta rehearsal reopening residency retreat reunion revue rodeo roundtable
  sale safari screening seminar service-day session show showcase sleepover social soiree spectacle spring-fair
  stag-do stand-up street-party summit supper supper-club sweepstake swap swimathon symposium talk tasting tea-dance
  tombola tour tournament training triathlon trip turkey-trot unveiling vernissage vigil wake walk walkathon wassail
  webinar wedding weekend workshop adventsfest ausstellung eröffnung fest flohmarkt führung konzert lesung messe
  sommerfest tag der töpferkurs turnier vortrag weihnachtsmarkt brocante bourse conférence exposition inauguration
  journée marché soirée stage vide-grenier concierto curso exposición feria inauguración jornada mercadillo taller
  concerto corso festa fiera mercatino mostra sagra
service: accounting acupuncture advertising advice alteration aromatherapy audit babysitting baking barre bereavement
  bodywork bookkeeping botox boxing brokerage brow calligraphy car-wash care carpentry catering chiropody cleaning
  clinic coaching coding colouring composting conservation consultancy consulting conversion conveyancing cooking
  copywriting counselling counseling courier cover crochet cutting-edge dance dating decorating delivery design
  detailing diagnosis diet digitisation drawing dressmaking drumming dyeing editing embroidery engraving enrolment
  entertainment extension extensions eyelash facial facials fencing fertility fitting fostering framing gardening
  grooming guidance guiding haircut haircuts hairdressing headshot healing henna hire home-care homecare hosting
  hypnosis hypnotherapy inspection installation instruction insulation insurance inventory ironing it-support joinery
  karate kitchen-fitting knitting landscaping laser laundering leasing lettings life-coaching lighting logistics
  maintenance makeover make-up make-overs management manicure massage meditation mediation mentoring microblading
  microchipping minding mindfulness moulding moving music-lessons nutrition orthodontics osteopathy outsourcing
  painting parcel pedicure personal-training pest-control photography pilates piercing planning plastering plumbing
  podiatry portrait pottery printing processing proofreading protection pruning psychotherapy quilting reading
  recruiting recruitment recycling refit reflexology refurb refurbishment reiki removal removals renovation rental
  rentals repair repairs restoration riding roofing sailing scanning scheduling screening sculpture security servicing
  sewing sharpening shiatsu shopping shoot shoots singing sitting skating skydiving sports-massage staging storage
  stitching styling subtitling surfing surveying swimming tailoring tanning taxi testing therapy tiling tint tinting
  training transcription transfer transfers translation transport treatment tree-surgery tuition tuning tutoring
  typesetting upholstery vaccination valeting videography waxing weaving web-design welding whitening woodwork writing
  yoga zumba beratung fahrdienst kurs nachhilfe reinigung reparatur sprachkurs unterricht cours entretien livraison
  réparation traduction clases limpieza masaje reparación
goods: accessory accordion album ale almanac amplifier antique app apple appliance apron armchair artwork atlas
  aubergine bag bagel balm band banner bar-stool barrow basket bath-bomb battery beam bean bed bedding beef beehive
  beer belt bench berry beverage bib bike bikini billboard binder bin biscuit blanket blazer blender blend blind block
  board boat bolt book bookcase boot bottle bouquet bow bowl box bracelet brandy bread brick briefcase brooch broom
  brownie brush bubble-tea bucket budget-planner bulb bun bungalow burger burrito button cabin cabinet cable cake
  calendar camera candle candy cane canoe cap car caravan card cardigan carpet carrier cart case cashmere catalogue cd
  cello ceramic cereal chain chair champagne chandelier cheese cheesecake chilli china chip chocolate chopping-board
  chutney cider cigar cleaner clock cloth clothes coaster coat cocktail coffee coin collagen collar collection comb
  comic computer conserve console container cookbook cookie cooker cooler cordial cosmetic cot cottage couch cracker
  cradle cream crib crisps crockery croissant crystal cue cup cupcake cupboard curry curtain cushion cutlery decanter
  deckchair denim desk dessert detergent device diary dictionary dietary dip dish dishwasher doll dollhouse door
  doughnut donut drawer dress dresser drill drink drone drum dress-up duvet dvd earring ebook e-book egg electronics
  elixir engine envelope ep espresso extract fabric falafel fan-heater feed feeder fence fertiliser figurine film
  filter fish fireplace firewood flag flapjack flask flat flatbread flooring flour flower flute font food fork
  forklift fountain fragrance frame freezer fridge fruit fudge fungi furniture gadget game garden-office garland
  garlic garment gas-bottle gate gear gem gift gin glass glasses glove glue granola greeting-card grill grinder guide
  guitar gun hairband ham hammer hammock hamper handbag handle hardware harness harp hat headband headphone headset
  heater hedge-trimmer heat-pump helmet herb honey hoodie horn hose hot-tub house ice ice-cream icon incense ink
  instrument ipa iron jacket jam jar jeans jelly jewel jewellery jewelry jigsaw journal jug juice jumper kayak kebab
  kennel ketchup kettle key keyboard keyring kilt kimchi kit kitchen kite kiwi knife knitwear kombucha lace ladder
  lamp land lantern laptop laser-cutter latte lawn leather legging lens leash ledger lemonade letterbox light
  lightbulb linen lingerie lip-balm lipstick liqueur locker locket loft log lollipop loom lotion machine macaron
  magazine magnet map marmalade mask mat mattress mead meal meat medal medicine melon menu merch mic microscope milk
  mill mincemeat mirror mitten mixer mobile moisturiser monitor mortgage motor motorbike mouse mousse muffin mug mulch
  muesli mural mushroom music-box mustard nail-polish napkin nappy necklace needle net noodle notebook novel nut
  oatmeal oatcake oil ointment olive-oil omelette onesie orange organ ornament outfit oven paddle paddleboard painting
  pallet pan pancake panel panettone paper parasol parka pasta paste pastry patch pattern pavlova pc peanut-butter
  pearl pedal pen pencil pendant pepper perfume pesto phone piano pickle picture pie pierogi pig pillow pin pine pipe
  pizza plant planter planner plate platter plectrum plough plug plum podcast polish pond poncho popcorn porridge
  portrait poster pot potato pouch powder pram praline prawn preserve pretzel print printer probiotic produce
  projector prosecco protein pudding pump pumpkin puppet purse pushchair puzzle quiche quilt racket radio rake ramen
  range recipe record refrigerator relish resin rice rifle ring robe robot rocking-horse roll roof-box rope rose
  rucksack rug rum saddle salad salami salmon salsa salt samosa sandal sandwich sari saree sauce saucepan sauna
  sausage saw scale scanner scarf scent scone scooter screen scrub sculpture seat seed sensor serum server sewing-kit
  shampoo shawl shed sheet shelf shelving shirt shoe shorts shovel shrub sign silk silver singlet skincare skirt
  sledge slipper smoothie snack sneaker soap sock sofa softener software soil solar-panel soup souvenir spade spanner
  spatula speaker spice spirit sponge spoon sportswear spray squash stamp stapler statue steak steel sticker stick
  stocking stone stool stove strap straw string subscription sugar suit suitcase sundial sunglasses sunscreen
  supplement sushi sweater sweatshirt sweet swimsuit sword syrup t-shirt table tablecloth tablet tablets taco
  tambourine tap tapestry tart tea teapot teddy telescope television tent textile theremin thermostat thread throw tie
  tile timber toaster toffee tomato toolkit tool torch tote towel toy tractor trailer trainer trainers tray treadmill
  treat tree tricycle trike trinket trombone trouser truck truffle trumpet tub tuba tulip tumbler tv typeface tyre
  ukulele umbrella underwear uniform utensil vacuum van vase vegetable veil vest vinegar vinyl viola violin vitamin
  vodka waffle wallet wallpaper walnut wardrobe warmer washer watch water wax wheelchair wheel whisky whiskey whistle
  wig window wine wok wood wool workbook wreath yarn yoghurt yogurt zine bier blumen brot buch bücher fahrräder honig
  kerzen keramik kleider kuchen möbel schmuck schuhe seife seifen spielzeug wein bijoux bougies chaussures confitures
  fleurs fromages jouets livres meubles miel pain savons thé thés vêtements vin vins aceite bolsos cerveza flores
  joyas jabones libros muebles queso ropa velas vino vinos zapatos
"""


@cache
def _classes() -> dict[str, str]:
    found: dict[str, str] = {}
    for paragraph in re.split(r"\n(?=[a-z]+: )", _NOUNS.strip()):
        name, words = paragraph.split(":", maxsplit=1)
        for word in words.split():
            found.setdefault(word, name)
    return found


def noun_class(word: str) -> str:
    """What a lower-case word stands for, in the singular or the plural, or ""; of a joined word its last part."""
    known = _classes()
    for form in (word, *_singulars(word), *((word.rsplit("-", 1)[1],) if "-" in word else ())):
        if form in known:
            return known[form]
    return ""


def _singulars(word: str) -> tuple[str, ...]:
    if not word.endswith("s") or len(word) < 4:
        return ()
    if word.endswith("ies"):
        return (word[:-3] + "y", word[:-1])
    if word.endswith("ves"):
        return (word[:-3] + "f", word[:-3] + "fe", word[:-1])
    return (word[:-1], word[:-2]) if word.endswith("es") else (word[:-1],)
