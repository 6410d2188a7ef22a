"""Prefixes and base IRIs, and the terms of the ontology as constants.

Only strings live here: no library, no I/O but that of ``kg.base``, which tells
the region's base. The terms are the same for every region, so that one query
fits all; the things and the graphs are under the region's own base.
``lv.inTrack`` is the IRI of the term ``lv:inTrack``; a term that the ontology
does not have is an error.
"""

from __future__ import annotations

from kg.base import PRODUCT, base_iri

BASE = base_iri()
ONTOLOGY = PRODUCT + "ontology#"
ID = BASE + "id/"
GRAPH = BASE + "graph/"
INFERRED_GRAPH = GRAPH + "inferred"
ONTOLOGY_GRAPH = GRAPH + "ontology"
CATALOGUE_GRAPH = GRAPH + "catalogue"
SUGGESTIONS_GRAPH = GRAPH + "suggestions"  # computed advice, no facts
UNNAMED_GRAPH = GRAPH + "unnamed"  # what was written without naming a graph

# Named graphs that the default graph leaves out: no plain query sees them.
HIDDEN_GRAPHS = frozenset({SUGGESTIONS_GRAPH})

# -- made from ontology/ by `kg vocab`: edit there, not here
PREFIXES: dict[str, str] = {
    "lv": ONTOLOGY,
    "id": ID,
    "lvg": GRAPH,
    "adms": "http://www.w3.org/ns/adms#",
    "bibo": "http://purl.org/ontology/bibo/",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "unit": "http://qudt.org/vocab/unit/",
    "vann": "http://purl.org/vocab/vann/",
    "vivo": "http://vivoweb.org/ontology/core#",
    "void": "http://rdfs.org/ns/void#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


class lv:
    """IRIs of the terms of our namespace."""

    # Classes
    Accelerator = ONTOLOGY + "Accelerator"
    Achievement = ONTOLOGY + "Achievement"
    AdministrativeArea = ONTOLOGY + "AdministrativeArea"
    Airport = ONTOLOGY + "Airport"
    Area = ONTOLOGY + "Area"
    Association = ONTOLOGY + "Association"
    Cluster = ONTOLOGY + "Cluster"
    CommercialSite = ONTOLOGY + "CommercialSite"
    Company = ONTOLOGY + "Company"
    Comparator = ONTOLOGY + "Comparator"
    Confidence = ONTOLOGY + "Confidence"
    Designation = ONTOLOGY + "Designation"
    DomainProperty = ONTOLOGY + "DomainProperty"
    Event = ONTOLOGY + "Event"
    EventSeries = ONTOLOGY + "EventSeries"
    GovernmentBody = ONTOLOGY + "GovernmentBody"
    Hospital = ONTOLOGY + "Hospital"
    Incubator = ONTOLOGY + "Incubator"
    Indicator = ONTOLOGY + "Indicator"
    IndustryArea = ONTOLOGY + "IndustryArea"
    InferenceRule = ONTOLOGY + "InferenceRule"
    Investor = ONTOLOGY + "Investor"
    Lab = ONTOLOGY + "Lab"
    NameBasis = ONTOLOGY + "NameBasis"
    Organization = ONTOLOGY + "Organization"
    Park = ONTOLOGY + "Park"
    Person = ONTOLOGY + "Person"
    PilotCase = ONTOLOGY + "PilotCase"
    Platform = ONTOLOGY + "Platform"
    PolicyDocument = ONTOLOGY + "PolicyDocument"
    PolicyZone = ONTOLOGY + "PolicyZone"
    Product = ONTOLOGY + "Product"
    ProductGroup = ONTOLOGY + "ProductGroup"
    Project = ONTOLOGY + "Project"
    QueryColumn = ONTOLOGY + "QueryColumn"
    QueryParameter = ONTOLOGY + "QueryParameter"
    RecordProperty = ONTOLOGY + "RecordProperty"
    Road = ONTOLOGY + "Road"
    Role = ONTOLOGY + "Role"
    School = ONTOLOGY + "School"
    Service = ONTOLOGY + "Service"
    ServiceProvider = ONTOLOGY + "ServiceProvider"
    Stage = ONTOLOGY + "Stage"
    Station = ONTOLOGY + "Station"
    Status = ONTOLOGY + "Status"
    StockExchange = ONTOLOGY + "StockExchange"
    TargetSet = ONTOLOGY + "TargetSet"
    Track = ONTOLOGY + "Track"
    TransportLine = ONTOLOGY + "TransportLine"
    University = ONTOLOGY + "University"

    # Properties
    address = ONTOLOGY + "address"
    affiliatedWith = ONTOLOGY + "affiliatedWith"
    aim = ONTOLOGY + "aim"
    aimsAt = ONTOLOGY + "aimsAt"
    alongRoad = ONTOLOGY + "alongRoad"
    answerable = ONTOLOGY + "answerable"
    appliesTo = ONTOLOGY + "appliesTo"
    approvalYear = ONTOLOGY + "approvalYear"
    approved = ONTOLOGY + "approved"
    asOf = ONTOLOGY + "asOf"
    askedBy = ONTOLOGY + "askedBy"
    atStage = ONTOLOGY + "atStage"
    authorisedBy = ONTOLOGY + "authorisedBy"
    awardedBy = ONTOLOGY + "awardedBy"
    builds = ONTOLOGY + "builds"
    centredOn = ONTOLOGY + "centredOn"
    chineseNameBasis = ONTOLOGY + "chineseNameBasis"
    cik = ONTOLOGY + "cik"
    columns = ONTOLOGY + "columns"
    comparator = ONTOLOGY + "comparator"
    concerns = ONTOLOGY + "concerns"
    confidence = ONTOLOGY + "confidence"
    connectsTo = ONTOLOGY + "connectsTo"
    construct = ONTOLOGY + "construct"
    cooperatesWith = ONTOLOGY + "cooperatesWith"
    coreOf = ONTOLOGY + "coreOf"
    creditCode = ONTOLOGY + "creditCode"
    dataset = ONTOLOGY + "dataset"
    decidedBy = ONTOLOGY + "decidedBy"
    decidedOn = ONTOLOGY + "decidedOn"
    default = ONTOLOGY + "default"
    designatedAs = ONTOLOGY + "designatedAs"
    developed = ONTOLOGY + "developed"
    developmentStarted = ONTOLOGY + "developmentStarted"
    differentBodyFrom = ONTOLOGY + "differentBodyFrom"
    directedBy = ONTOLOGY + "directedBy"
    drives = ONTOLOGY + "drives"
    end = ONTOLOGY + "end"
    endedPartnershipWith = ONTOLOGY + "endedPartnershipWith"
    englishNameBasis = ONTOLOGY + "englishNameBasis"
    extendsFrom = ONTOLOGY + "extendsFrom"
    factor = ONTOLOGY + "factor"
    focusesOn = ONTOLOGY + "focusesOn"
    founded = ONTOLOGY + "founded"
    foundedBy = ONTOLOGY + "foundedBy"
    generation = ONTOLOGY + "generation"
    grantsPolicyTo = ONTOLOGY + "grantsPolicyTo"
    graph = ONTOLOGY + "graph"
    guidedBy = ONTOLOGY + "guidedBy"
    hasRole = ONTOLOGY + "hasRole"
    hasTargetSet = ONTOLOGY + "hasTargetSet"
    hosts = ONTOLOGY + "hosts"
    identifier = ONTOLOGY + "identifier"
    identifierSystem = ONTOLOGY + "identifierSystem"
    implements = ONTOLOGY + "implements"
    inTrack = ONTOLOGY + "inTrack"
    inZone = ONTOLOGY + "inZone"
    incubatedBy = ONTOLOGY + "incubatedBy"
    indication = ONTOLOGY + "indication"
    indicator = ONTOLOGY + "indicator"
    inverseLabel = ONTOLOGY + "inverseLabel"
    inverseSubPropertyOf = ONTOLOGY + "inverseSubPropertyOf"
    investedIn = ONTOLOGY + "investedIn"
    isin = ONTOLOGY + "isin"
    issuedBy = ONTOLOGY + "issuedBy"
    jobTitle = ONTOLOGY + "jobTitle"
    launched = ONTOLOGY + "launched"
    leiCode = ONTOLOGY + "leiCode"
    listedOn = ONTOLOGY + "listedOn"
    locatedIn = ONTOLOGY + "locatedIn"
    locator = ONTOLOGY + "locator"
    memberOf = ONTOLOGY + "memberOf"
    method = ONTOLOGY + "method"
    methodVersion = ONTOLOGY + "methodVersion"
    missing = ONTOLOGY + "missing"
    modality = ONTOLOGY + "modality"
    near = ONTOLOGY + "near"
    operates = ONTOLOGY + "operates"
    order = ONTOLOGY + "order"
    organisedBy = ONTOLOGY + "organisedBy"
    parameter = ONTOLOGY + "parameter"
    parameterClass = ONTOLOGY + "parameterClass"
    partOf = ONTOLOGY + "partOf"
    partOfTargetSet = ONTOLOGY + "partOfTargetSet"
    periodText = ONTOLOGY + "periodText"
    possiblySameAs = ONTOLOGY + "possiblySameAs"
    premises = ONTOLOGY + "premises"
    prioritises = ONTOLOGY + "prioritises"
    productKind = ONTOLOGY + "productKind"
    proposedBy = ONTOLOGY + "proposedBy"
    provides = ONTOLOGY + "provides"
    recordedAs = ONTOLOGY + "recordedAs"
    refEntity = ONTOLOGY + "refEntity"
    regulatoryStatus = ONTOLOGY + "regulatoryStatus"
    reliesOn = ONTOLOGY + "reliesOn"
    retrieved = ONTOLOGY + "retrieved"
    rorId = ONTOLOGY + "rorId"
    sameBodyAs = ONTOLOGY + "sameBodyAs"
    scope = ONTOLOGY + "scope"
    score = ONTOLOGY + "score"
    servedBy = ONTOLOGY + "servedBy"
    sha256 = ONTOLOGY + "sha256"
    sourceClass = ONTOLOGY + "sourceClass"
    spinOffOf = ONTOLOGY + "spinOffOf"
    stageOfWork = ONTOLOGY + "stageOfWork"
    start = ONTOLOGY + "start"
    status = ONTOLOGY + "status"
    stockCode = ONTOLOGY + "stockCode"
    storedAs = ONTOLOGY + "storedAs"
    subTrackOf = ONTOLOGY + "subTrackOf"
    subsidiaryOf = ONTOLOGY + "subsidiaryOf"
    suggestedTo = ONTOLOGY + "suggestedTo"
    suggests = ONTOLOGY + "suggests"
    supplies = ONTOLOGY + "supplies"
    supports = ONTOLOGY + "supports"
    takesMeasure = ONTOLOGY + "takesMeasure"
    unit = ONTOLOGY + "unit"
    unitText = ONTOLOGY + "unitText"
    value = ONTOLOGY + "value"
    valueMax = ONTOLOGY + "valueMax"
    website = ONTOLOGY + "website"
    wikidataId = ONTOLOGY + "wikidataId"

    # Concepts and their schemes
    about = ONTOLOGY + "about"
    acceleration = ONTOLOGY + "acceleration"
    actual = ONTOLOGY + "actual"
    approval = ONTOLOGY + "approval"
    atLeast = ONTOLOGY + "atLeast"
    clinical = ONTOLOGY + "clinical"
    comparatorScheme = ONTOLOGY + "comparatorScheme"
    confidenceScheme = ONTOLOGY + "confidenceScheme"
    exact = ONTOLOGY + "exact"
    focusField = ONTOLOGY + "focusField"
    frontierTrack = ONTOLOGY + "frontierTrack"
    high = ONTOLOGY + "high"
    highLevelTalent = ONTOLOGY + "highLevelTalent"
    incubation = ONTOLOGY + "incubation"
    innovationCore = ONTOLOGY + "innovationCore"
    innovationEngine = ONTOLOGY + "innovationEngine"
    innovativeLeadingFirm = ONTOLOGY + "innovativeLeadingFirm"
    keyPlatform = ONTOLOGY + "keyPlatform"
    knownScientist = ONTOLOGY + "knownScientist"
    leadingFirm = ONTOLOGY + "leadingFirm"
    low = ONTOLOGY + "low"
    mainBase = ONTOLOGY + "mainBase"
    mainTrack = ONTOLOGY + "mainTrack"
    manufacturing = ONTOLOGY + "manufacturing"
    medium = ONTOLOGY + "medium"
    moreThan = ONTOLOGY + "moreThan"
    nameBasisScheme = ONTOLOGY + "nameBasisScheme"
    nationalStrategicForce = ONTOLOGY + "nationalStrategicForce"
    nationalZone = ONTOLOGY + "nationalZone"
    nearly = ONTOLOGY + "nearly"
    newlyLanded = ONTOLOGY + "newlyLanded"
    official = ONTOLOGY + "official"
    pilot = ONTOLOGY + "pilot"
    professionalTeam = ONTOLOGY + "professionalTeam"
    research = ONTOLOGY + "research"
    roleScheme = ONTOLOGY + "roleScheme"
    romanised = ONTOLOGY + "romanised"
    scientistFounded = ONTOLOGY + "scientistFounded"
    service = ONTOLOGY + "service"
    stageScheme = ONTOLOGY + "stageScheme"
    statusScheme = ONTOLOGY + "statusScheme"
    target = ONTOLOGY + "target"
    translated = ONTOLOGY + "translated"
    translation = ONTOLOGY + "translation"
    untranslated = ONTOLOGY + "untranslated"


# -- end of what is made


def canonical(text: str) -> str:
    """The text with our identifiers as they are under the product's base.

    What is hashed or sorted goes through it, so that a region that moves to
    another base keeps the names of its statements and the order of its files.
    """
    return text if BASE == PRODUCT else text.replace(ID, PRODUCT + "id/")


def expand(name: str) -> str:
    """Turn a prefixed name such as ``lv:inTrack`` into its IRI.

    Args:
        name: a prefixed name, or an IRI, which is returned as it is.

    Raises:
        KeyError: if the prefix is not in ``PREFIXES``.
    """
    prefix, _, local = name.partition(":")
    if local.startswith("//"):
        return name
    return PREFIXES[prefix] + local


def shorten(iri: str) -> str:
    """The prefixed name of an IRI, or the IRI itself when no prefix fits."""
    best = ""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(namespace) > len(PREFIXES.get(best, "")):
            best = prefix
    return f"{best}:{iri[len(PREFIXES[best]) :]}" if best else iri


def prologue(*prefixes: str) -> str:
    """SPARQL ``PREFIX`` lines for these prefixes, or for all of them."""
    return "".join(
        f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in (prefixes or tuple(PREFIXES))
    )
