"""What the words of a marketer's messages are about: each word's class, typos and four languages included."""

import re
from functools import cache, lru_cache

# One class a paragraph: its name, a colon, its words.
_CLASSES = """
WRITE: write writes writing wrote written wrtie wirte draft drafts drafting drafted compose composing pen phrase
  phrasing formulate author ghostwrite copywrite blurb schreib schreibe schreiben verfasse verfassen écris écrire
  rédige rédiger escribe escribir redacta redactar
EDIT: umformulieren reformule reformuler formuliere formulier punctuation misspelt correct reply respond réponds
  responde antworte beantworte clean-up rewrite rewrote rewriting rewrites reword rephrase paraphrase redraft edit
  edits editing proofread polish shorten shortened trim tighten condense expand lengthen simplify translate translated
  translation translating localise localize rework refine tweak reformat summarise-text punctuate capitalise
  capitalize misspelled spell spelled spelling grammar typo typos übersetze übersetzen kürze kürzen umschreiben
  traduis traduire raccourcis corrige corriger traduce traducir acorta acortar embellish jazz spice adapt repurpose
  rhyme reworded retitle elaborate
TONE: soppy cryptic jolly sober legalese grovelling boastful
  personality storytelling humour humor voice tone ton tono chaleureux duzen siezen du-form style stil estilo
  wording adjectives buzzwords clichés dashes corporate arrogant weird dry shorter longer punchier snappier catchier
  funnier warmer friendlier wittier cheekier bolder softer calmer sharper crisper simpler clearer nicer stronger
  lighter tighter edgier sillier kinder cosier fresher playful formal informal casual salesy cheesy corny stiff bland
  boring robotic cringe cringey humorous witty sarcastic conversational chatty professional wordy clunky pushy dull
  flat catchy snappy punchy upbeat concise brief-er generic lame kürzer länger lockerer witziger förmlicher court
  drôle formel corto largo divertido cliché clichéd tacky preachy poetic dramatic emotional emotive sassy vague
  awkward long-winded verbose monotone fluffy jargon jargony passive aggressive cold warm friendly funny cheeky quirky
  serious positive negative personal enthusiastic
TEXT: note notes reminder greetings apology advert pin
  chars haiku limerick metaphor pun phrase phrases paragraph outro copy caption captions text texts headline
  headlines tagline taglines slogan slogans subject hook hooks intro intros script scripts article articles paragraphs
  sentence sentences wording bio description descriptions hashtag hashtags emoji emojis cta title titles body line
  lines draft drafts version versions variant variants wordings blurb blurbs testimonial invitation invite teaser
  teasers announcement greeting sign-off ps punchline preheader subheading subtitle bullet bullets quote quotes puns
  joke story carousel slides slide template comma apostrophe exclamation word words character characters opener
  closing legende légende texte textes titre titel überschrift betreff texto título asunto signature salutation
  testimonials faq poem letter press flyer leaflet brochure poster
POST: post posts tweet tweets newsletter newsletters email emails mail mails reel reels thread threads blog blogs
  blogpost story stories message messages video videos beitrag beiträge publicación publicaciones courriel correo psot
  psots mailing mailings e-mail mailer dm dms short shorts episode ad ads podcast webinar-invite sequence
PUBLISH: released publicá opublikuj plaats pubblica
  snd sched mándalo súbelo raus pub repost retweet crossposting airs publiquen schedule scheduled schedules
  scheduling shedule scedule schedul schdule schedual reschedule publish published publishing publishes pubish release
  releasing launch-it queue queued queueing unpublish unschedule share sharing upload distribute deploy dispatch
  broadcast crosspost autopost veröffentliche veröffentlichen posten einplanen publie publier planifie planifier
  programmer publica publicar publícalo programa programar postpone boost resend
CALENDAR: weekdays daily stagger staggered often cadence calendar queue slot slots timeslot kalender calendrier
  calendario lined upcoming planner backlog diary outbox agenda frequency timezone
APPROVE: approve approved approves approval approvals approving aprove aproved appove reject rejected rejecting
  decline declined veto confirm confirmed signoff sign-off greenlight genehmigt genehmige freigeben freigegeben
  freigabe approuvé approuve valide aprobado apruebo aprueba rechaza authorise authorize pending awaiting ok'd
  disapprove permission
SEND: send sends sending sent sende senden envoie envoyer envoyé envía enviar live online out push fire
STOP: recall retract unsend bin cancel cancelled cancels stop halt pause paused hold freeze withdraw revoke abort pull
  kill undo abbrechen stoppe annule annuler arrête cancela cancelar detén resume unpause delay delayed
ACCOUNT: account accounts connect connected disconnect reconnect login log-in link-up konto compte cuenta profile page
  integration token
MEASURE: performen outcome outcomes impact payoff
  insights tracking score scorecard gelohnt geklickt taux d'ouverture öffnungsrate klickrate insight findings
  learnings evidence perform performs performed performing performance perfoming perfomance preform analyse analyze
  analysis analysing analytics measure measured track evaluate audit benchmark benchmarks forecast report reports
  reporting reported dashboard stats stat statistic statistics metrics metric kpis kpi figures figure numbers results
  result resutls data chart graph trend trends trending zahlen statistik statistiken ergebnisse auswertung leistung
  bericht chiffres résultats statistiques rapport bilan cifras resultados estadísticas informe rendimiento attribution
  breakdown postmortem debrief numbrs spreadsheet csv export table lief läuft roundup recap heatmap
METRIC: opened reactions react reacted reads unsubs attendees donated ltv cac cpl saved watches
  redeemed redemptions opened-mails watch-time watched burned burnt halved doubled followers engagement reach
  impressions clicks click clicked likes like views view viewed opens opened open-rate ctr cpc cpa cpm roi roas
  conversion conversions convert converted bounce unsubscribes unsubscribe unsubscribed subscribers shares comments
  saves traffic visits visitors sessions signups sign-ups leads bookings sales revenue rate rates growth retention
  klicks aufrufe reichweite clics vues alcance visitas ventes ventas abonnés seguidores downloads installs
  registrations attendance footfall spend spent cost costs churn percentage percent ratio average median total
COMPARE: compare compared comparing comparison versus vs better worse best worst top bottom most least more-than rank
  ranked ranking winner wins won lose outperform outperformed underperform underperforming underperformed vergleiche
  vergleich comparer compara comparar mejor peor meilleur highest lowest strongest weakest winning beat beats
PAST: flop flopped land landed won bombed tank yesterday ago last since previous yet far lately recently already
  gestern letzte letzten hier dernier dernière ayer pasada pasado past went was were did happened did-it dropped drop
  dropping fell rose grew grow-over declined decline increased decreased spike spiked dip dipped tanked improved
PLAN: plan plans planning planned paln pln strategy strategies strategic stratgy stratge roadmap approach campaign
  campaigns campain campagin kampagne kampagnen campagne campaña campañas plane planen planifions estrategia stratégie
  marketing marketting markting timeline phase phases milestone milestones task tasks funnel positioning pillar
  pillars concept framework blueprint playbook tactic tactics initiative gtm go-to-market proposal mktg
IDEA: raffle loyalty idea ideas idee ideen idées idée brainstorm brainstorming suggest suggestion suggestions suggests
  recommend recommendation recommendations advise advice angle angles inspiration inspire theme themes think thoughts
  opinion propose should could tips tip empfiehlst empfehlen vorschlag vorschläge conseils conseil sugerencias consejo
  recomiendas recommandes option options giveaway competition referral influencer influencers partnership discount
  collab
BRIEF: channels date location
  budget budgets buget bugdet budjet presupuesto audience audiences audince target targets targeting targeted
  zielgruppe cible público goal goals objective objectives aim ziel objectif objetivo kpi persona personas demographic
  demographics brief customers customer clients client kunden clientes segment segments niche product products produkt
  produit producto deadline scope location usp competitor competitors buyers buyer
OFFER: launch launching launches lanch launched opening opens opened reopening promote promoting promotes promotion
  promo advertise advertising sell selling sells announce lance lançons lanzamiento lanzamos eröffnen eröffnung
  eröffne ouvrons ouverture abrimos apertura rebrand fundraiser recruit recruitment event workshop opening-party sale
  rollout unveil introduce introducing
BUSINESS: bakery café cafe restaurant shop store salon studio gym clinic agency startup firm company business hotel
  bar pub brewery nonprofit charity school practice boutique florist bookshop butcher dentist plumber saas app
  bäckerei boulangerie panadería tienda laden geschäft entreprise empresa brand business' franchise barbershop
SELF: we we're i'm our my us wir unser unsere ich mein meine nous notre mon ma nuestra nuestro mi tengo own run
CHANGE: change changed changing modify adjust update updated revise revised alter switch swap replace make set instead
  actually rather ändere ändern changer modifie cambia cambiar raise increase lower reduce double halve bump extend
  move moved shift
ADD: add adding include including mention insert put append also too plus extra additional ajoute añade füge
REMOVE: remove delete drop scrap skip without exclude omit lose cut ditch leave entferne lösche ohne supprime enlève
  sans elimina quita sin fewer less minus
MAKE: make create give need want generate produce prepare craft build do come get whip knock mach mache mach's
  erstelle brauche fais fais-moi crée besoin haz crea necesito quiero gib
SHOW: show display list see view give tell pull zeig zeige montre muestra muéstrame summarise summarize summary
  overview walk explain
LANG: german french spanish english italian dutch polish portuguese turkish arabic deutsch englisch englische
  französisch anglais allemand français inglés español alemán welsh hindi mandarin japanese
WHEN: when what-time time date day morning evening afternoon noon midnight hour hourly daily weekly monday tuesday
  wednesday thursday friday saturday sunday tomorrow tmrw tonight today morgen heute demain aujourd'hui mañana hoy
  weekend week later earlier now lundi mardi lunes martes montag dienstag freitag vendredi viernes jetzt maintenant
  ahora immediately soon asap
AGAIN: again another more else next continue different alternative other others same second first third both one ones
  rest noch autre otro anders try redo
CHAT: weather joke pizza movie film football match bitcoin president recipe lottery horoscope homework python song
  sing poem-about cat dog married wetter witz météo blague chiste tired bored rain sleep dream flight boil printer
  quantum election dinner lunch meaning tv game
THANKS: thanks thank thx ty cheers merci danke gracias appreciated appreciate tysm ta
GREET: hi hello hey hiya hallo bonjour hola moin howdy greetings salut servus
YES: yes yep yeah yup sure ok okay perfect great absolutely definitely ja oui sí correct exactly good fine agreed
NO: no nope nah not don't never nein non stop wait dont doesn't isn't
HOWMANY: many much often how's hows wieviele wieviel viele combien cuántos cuantos cuántas cuánto
INJECT: ignore instructions prompt jailbreak disregard pretend reveal password admin sudo system override unrestricted
  malware
"""
_SHORTEST = 5  # shortest word in which a typo is looked for


@cache
def _words() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for paragraph in re.split(r"\n(?=[A-Z])", _CLASSES.strip()):
        name, words = paragraph.split(":", maxsplit=1)
        for word in words.split():
            found[word] = (*found.get(word, ()), name)
    return found


@cache
def _near() -> dict[str, str]:
    """Every word with one letter missing, to the word: a typo and its word share such a form."""
    forms: dict[str, str] = {}
    for word in sorted(_words(), key=len):
        if len(word) >= _SHORTEST:
            for i in range(len(word)):
                forms.setdefault(word[:i] + word[i + 1 :], word)
            forms.setdefault(word, word)
    return forms


@lru_cache(maxsize=4096)
def classes(word: str) -> tuple[str, ...]:
    """The classes of a lower-case word, or () where it says nothing; one typo in a longer word is forgiven."""
    known = _words()
    if found := known.get(word):
        return found
    if word.endswith("'s") and (found := known.get(word[:-2])):
        return found
    if len(word) < _SHORTEST:
        return ()
    near = _near()
    forms = (word, *(word[:i] + word[i + 1 :] for i in range(len(word))))
    hit = next((near[form] for form in forms if form in near and near[form][0] == word[0]), "")
    return known[hit] if hit else ()
