"""Towns and regions beyond the largest, by country, for places named without a preposition."""

TOWNS = {
    "GB": (
        "ludlow|aberystwyth|bangor|llandudno|hebden bridge|totnes|frome|glastonbury|stroud|kendal|penrith|"
        "keswick|whitstable|deal|ramsgate|lewes|hexham|alnwick|berwick|st andrews|perth scotland|oban|"
        "fort william|isle of skye|isle of wight|jersey|guernsey|tunbridge wells|maidstone|reigate|epsom|"
        "kingston upon thames|richmond|wimbledon|greenwich|lewisham|tottenham|dalston|clapham|bethnal green|"
        "notting hill|ealing|harrow|bromley|sutton coldfield|stratford-upon-avon|leamington spa|kenilworth|rugby|"
        "burton|loughborough|mansfield|chesterfield|matlock|buxton|skipton|ripon|beverley|grimsby|scunthorpe|"
        "boston lincolnshire|king's lynn|cromer|bury st edmunds|lowestoft|great yarmouth|felixstowe|stevenage|"
        "hitchin|hertford|bedford|aylesbury|banbury|bicester|witney|abingdon|newbury|farnham|aldershot|andover|"
        "weymouth|torquay|exmouth|barnstaple|bude|penzance|st ives|newquay|redruth|bridgend|caerphilly|"
        "merthyr tydfil|abergavenny|hay-on-wye|brecon|cardigan|carmarthen|tenby|newry|lisburn|omagh|enniskillen|"
        "paisley|kilmarnock|ayr|dumfries|falkirk|pitlochry|elgin|stornoway|kirkwall|lerwick|gateshead|"
        "south shields|hartlepool|darlington|stockton|altrincham|hebden|burnley|blackburn|rochdale|southport|"
        "birkenhead|wirral|runcorn|stafford|lichfield|walsall|dudley|west bromwich|kidderminster|malvern|evesham|"
        "cirencester|tewkesbury|weston-super-mare|wells somerset|yeovil|dorchester|swanage|gosport|fareham|"
        "chichester|worthing|horsham|crawley|hemel hempstead|high wycombe|marlow|windsor|maidenhead|bracknell|"
        "wokingham|peckham rye|balham|tooting|streatham|"
        "accrington|aldeburgh|amersham|ampthill|ashbourne|ashford|aviemore|axminster|bakewell|batley|"
        "beaconsfield|bebington|belper|bermondsey|berkhamsted|bethesda|bexhill|bexley|biggleswade|"
        "billericay|bishop auckland|blyth|bodmin|bognor regis|bolsover|bootle|borehamwood|bradford-on-avon|"
        "braintree|brentwood|bridgwater|bridlington|bridport|brixham|bromsgrove|broxburn|brynmawr|"
        "burgess hill|burnham|calne|camberley|camborne|cannock|castleford|caterham|chatham|cheadle|cheddar|"
        "chertsey|chesham|chippenham|chipping norton|chorley|christchurch dorset|cleethorpes|clevedon|"
        "clitheroe|cockermouth|colne|congleton|consett|corby|corsham|cowes|cramlington|crediton|crewkerne|"
        "crieff|cumbernauld|cupar|cwmbran|dartford|dartmouth|daventry|denbigh|devizes|dewsbury|didcot|"
        "dorking|downpatrick|droitwich|dulwich|dunfermline|durham city|east grinstead|east kilbride|"
        "eastleigh|egham|ellesmere port|ely|emsworth|epping|esher|exmoor|fakenham|faversham|felling|filey|"
        "fleetwood|fordingbridge|forfar|forres|fort augustus|fraserburgh|fulham|galashiels|gillingham|"
        "godalming|goole|grantham|gravesend|great malvern|greenock|guisborough|hailsham|halesowen|"
        "hamilton scotland|harlow|harpenden|harwich|haslemere|havant|haverfordwest|haverhill|hawick|"
        "haywards heath|heathfield|helensburgh|helston|henley|henley-on-thames|herne bay|hertfordshire|"
        "hinckley|holmfirth|holyhead|honiton|hungerford|hunstanton|huntingdon|ilfracombe|ilkeston|"
        "irvine scotland|jarrow|kelso|kettering|keynsham|kidlington|kings lynn|kingsbridge|kirkcaldy|"
        "knaresborough|knutsford|larne|leatherhead|leighton buzzard|leith|leominster|letchworth|leyland|"
        "linlithgow|liskeard|littlehampton|livingston|llanelli|llangollen|londonderry|long eaton|looe|"
        "lyme regis|lymington|lytham|machynlleth|maesteg|malton|market harborough|marlborough|masham|"
        "melksham|melton mowbray|merthyr|midhurst|milford haven|minehead|monmouth|morecambe|morpeth|"
        "motherwell|nailsea|nantwich|neath|newark-on-trent|newbiggin|newmarket|newtown powys|north berwick|"
        "north shields|northallerton|northwich|nuneaton|oakham|okehampton|ormskirk|oswestry|oundle|"
        "paddington|padstow|paignton|peebles|pembroke|penarth|peterhead|petersfield|pickering|plympton|"
        "pontefract|pontypool|pontypridd|poole dorset|port talbot|porthcawl|porthmadog|portmeirion|portree|"
        "portrush|prestatyn|pudsey|pwllheli|rawtenstall|rayleigh|redcar|redditch|redhill|retford|rhyl|"
        "rickmansworth|romford|romsey|ross-on-wye|rugeley|rutland|saffron walden|saltaire|sandbach|"
        "sevenoaks|shaftesbury|sheerness|sherborne|shoreham|sidmouth|sittingbourne|skegness|sleaford|soho|"
        "southend-on-sea|southsea|southwark|southwold|spalding|st austell|st helens|st neots|staines|"
        "stamford|stoke newington|stourbridge|stowmarket|stranraer|sudbury|surbiton|tamworth|tavistock|"
        "teignmouth|tenterden|tetbury|thame|thetford|thirsk|thornbury|thurso|tiverton|tobermory|tonbridge|"
        "torbay|towcester|tring|trowbridge|twickenham|ullapool|ulverston|uxbridge|wadebridge|wallasey|"
        "waltham|wantage|wareham|warminster|warwick|wellingborough|welshpool|westbury|weybridge|whitehaven|"
        "widnes|wimborne|wincanton|windermere|wisbech|woodbridge|woodstock|workington|worksop|wymondham|"
        "yarm|yate|herefordshire|shropshire|northumberland|east anglia|the cotswolds|wensleydale|"
        "pembrokeshire|gwynedd|powys|gower|fife|aberdeenshire|orkney|shetland|hebrides|county durham|"
        "tyneside|teesside|merseyside|home counties"
    ),
    "US": (
        "asheville|santa fe|albuquerque|boise|spokane|tacoma|eugene|bend oregon|santa cruz|santa barbara|"
        "berkeley|fresno|long beach|anaheim|pasadena|napa|reno|el paso|fort worth|lubbock|tulsa|oklahoma city|"
        "little rock|birmingham alabama|chattanooga|knoxville|lexington|indianapolis|fort wayne|des moines|"
        "st paul|madison|green bay|grand rapids|ann arbor|toledo|akron|dayton|rochester|albany|syracuse|hartford|"
        "providence|worcester massachusetts|burlington vermont|vermont|maine|new hampshire|massachusetts|"
        "connecticut|new jersey|jersey city|newark|pennsylvania|virginia|north carolina|south carolina|"
        "charleston|tennessee|kentucky|alabama|mississippi|louisiana|arkansas|missouri|wisconsin|minnesota|iowa|"
        "nebraska|kansas|oklahoma|new mexico|nevada|utah|idaho|montana|wyoming|north dakota|south dakota|alaska|"
        "anchorage|honolulu|jacksonville|st petersburg florida|fort lauderdale|tallahassee|durham nc|wilmington|"
        "the bronx|bronx|staten island|harlem|long island"
    ),
    "DE": (
        "aachen|bochum|wuppertal|bielefeld|wiesbaden|kassel|rostock|erfurt|jena|weimar|regensburg|würzburg|ulm|"
        "konstanz|tübingen|göttingen|osnabrück|oldenburg|halle|magdeburg|chemnitz|saarbrücken|trier|koblenz|"
        "bamberg|bayreuth|passau"
    ),
    "FR": (
        "nice france|rouen|reims|dijon|angers|tours|brest|le havre|avignon|aix-en-provence|la rochelle|biarritz|"
        "clermont-ferrand|nancy|metz|brittany|bretagne|normandy|poitiers|limoges|colmar"
    ),
    "ES": (
        "alicante|murcia|córdoba|cordoba|cádiz|cadiz|san sebastián|san sebastian|donostia|santander|gijón|gijon|"
        "oviedo|salamanca|toledo|tarragona|girona|marbella|tenerife|gran canaria|lanzarote|menorca|pamplona|vigo|"
        "a coruña"
    ),
    "IT": (
        "genoa|genova|palermo|catania|bari|lecce|pisa|siena|lucca|parma|modena|trieste|padua|padova|bolzano|"
        "tuscany|sardinia|cagliari|como|bergamo|brescia|perugia|puglia"
    ),
    "IE": (
        "sligo|ennis|tralee|killarney|drogheda|dundalk|wexford|athlone|letterkenny|clare|kerry|mayo|donegal|"
        "dingle|westport"
    ),
    "NL": (
        "leiden|maastricht|nijmegen|arnhem|tilburg|breda|den bosch|zwolle|enschede|den haag|amersfoort"
    ),
    "BE": (
        "leuven|liège|liege|namur|mechelen|ostend|gent|antwerpen|brugge|bruxelles|brussel"
    ),
    "AT": (
        "klagenfurt|bregenz|villach|dornbirn|kitzbühel|tyrol|tirol"
    ),
    "CH": (
        "st gallen|lugano|fribourg|thun|biel|schaffhausen|davos|zermatt|chur|sion|neuchâtel|montreux|aarau|genf"
    ),
    "PL": (
        "gdynia|sopot|szczecin|lublin|bydgoszcz|toruń|torun|białystok|bialystok|zakopane|rzeszów|olsztyn|opole"
    ),
    "SE": (
        "västerås|örebro|linköping|norrköping|lund|umeå|helsingborg|kiruna|visby|gotland"
    ),
    "NO": (
        "kristiansand|bodø|ålesund|lillehammer|drammen|lofoten"
    ),
    "DK": (
        "esbjerg|roskilde|helsingør|vejle|bornholm"
    ),
    "FI": (
        "oulu|rovaniemi|jyväskylä|lahti"
    ),
    "PT": (
        "coimbra|funchal|madeira|aveiro|évora|azores|lagos portugal|sintra|cascais"
    ),
    "IN": (
        "vadodara|nagpur|bhopal|patna|visakhapatnam|coimbatore|mysore|mysuru|udaipur|jodhpur|varanasi|agra|"
        "amritsar|dehradun|guwahati|bhubaneswar|thane|nashik|trivandrum|thiruvananthapuram|pondicherry|shimla|"
        "rishikesh|manali|tamil nadu|rajasthan|gujarat|punjab"
    ),
    "AU": (
        "newcastle nsw|wollongong|cairns|townsville|ballarat|bendigo|launceston|alice springs|tasmania|"
        "queensland|new south wales|sunshine coast|noosa|bondi|fitzroy|parramatta|western australia"
    ),
    "NZ": (
        "hamilton|tauranga|nelson|rotorua|napier|wanaka|whangarei|invercargill"
    ),
    "CA": (
        "saskatoon|regina|halifax|victoria british columbia|kelowna|whistler|banff|kitchener|guelph|"
        "hamilton ontario|st john's|moncton|fredericton|nova scotia|british columbia|alberta|manitoba|"
        "saskatchewan|québec city|gatineau|mississauga|brampton|kingston ontario"
    ),
    "JP": (
        "nagoya|kobe|hiroshima|nara|okinawa|sendai"
    ),
    "ZA": (
        "stellenbosch|port elizabeth|gqeberha|bloemfontein|soweto|sandton"
    ),
    "KE": (
        "mombasa|kisumu|nakuru|eldoret"
    ),
    "NG": (
        "ibadan|port harcourt|kano|enugu|abeokuta"
    ),
    "GH": (
        "kumasi"
    ),
    "": (
        "ljubljana|maribor|bratislava|brno|ostrava|split croatia|dubrovnik|rijeka|zadar|sarajevo|skopje|tirana|"
        "podgorica|kotor|thessaloniki|crete|santorini|mykonos|rhodes|debrecen|szeged|cluj|cluj-napoca|timisoara|"
        "brasov|iasi|varna|plovdiv|novi sad|kaunas|tartu|lviv|odesa|kharkiv|tbilisi|yerevan|baku|izmir|antalya|"
        "bursa|bodrum|beirut|amman|doha|qatar|riyadh|jeddah|saudi arabia|kuwait|bahrain|muscat|oman|casablanca|"
        "marrakech|morocco|tunis|algiers|alexandria|addis ababa|kampala|uganda|kigali|rwanda|dar es salaam|"
        "tanzania|zanzibar|lusaka|zambia|harare|zimbabwe|maputo|windhoek|namibia|gaborone|botswana|dakar|senegal|"
        "abidjan|ghana|egypt|karachi|lahore|islamabad|pakistan|dhaka|bangladesh|colombo|sri lanka|kathmandu|"
        "nepal|yangon|phnom penh|cambodia|vientiane|laos|phuket|penang|cebu|davao|bandung|surabaya|yogyakarta|"
        "ubud|danang|da nang|busan|incheon|taiwan|monterrey|cancun|cancún|oaxaca|tulum|puebla|tijuana|havana|"
        "san juan|puerto rico|jamaica|barbados|trinidad|panama|costa rica|guatemala|quito|ecuador|cusco|peru|"
        "la paz|bolivia|asuncion|paraguay|montevideo|uruguay|argentina|chile|valparaiso|colombia|cali colombia|"
        "cartagena|caracas|venezuela|brasilia|recife|fortaleza|porto alegre|belo horizonte|curitiba|"
        "florianopolis|florianópolis|estonia|latvia|lithuania|slovakia|slovenia|serbia|bosnia|bulgaria|ukraine|"
        "albania|montenegro|north macedonia|moldova|georgia|armenia|wales uk|gibraltar|liechtenstein|monaco|"
        "andorra|nicosia|limassol|valletta|gozo|hallstatt"
    ),
}  # fmt: skip
