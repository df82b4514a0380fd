"""Words of headers and values in English, French, Spanish and Arabic. Only words that mean one thing stand here: what
may mean two is asked."""

from __future__ import annotations

#: Field → header words, one line for each language.
HEADERS: dict[str, tuple[str, ...]] = {
    "code": (
        "code|group code|organization code|id|group id|organization id|shg code",
        "code groupe|code de l'organisation|code du groupement|identifiant|code op",
        "código|código de la organización|código del grupo|identificador",
        "الرمز|رمز المنظمة|رمز المجموعة|الكود",
    ),
    "name": (
        "name|name of group|group name|name of organization|organization|organisation|organization name|name of shg|"
        "shg name|name of the group|name of cooperative|cooperative|group",
        "nom|nom de l'organisation|nom du groupe|nom du groupement|groupement|dénomination|nom de l'op|coopérative",
        "nombre|nombre de la organización|nombre del grupo|organización|denominación|cooperativa|grupo",
        "الاسم|اسم المنظمة|اسم المجموعة|المنظمة|اسم الجمعية|اسم التعاونية",
    ),
    "kind": (
        "kind|type|type of organization|organization type|type of group|group type|category",
        "type d'organisation|genre|catégorie|nature|type de groupe",
        "tipo|tipo de organización|clase|categoría|tipo de grupo",
        "النوع|نوع المنظمة|نوع المجموعة|الفئة",
    ),
    "tier": (
        "tier|level|organization level|apex level",
        "niveau|échelon|degré|niveau de l'organisation",
        "nivel|grado|nivel de la organización",
        "المستوى|الدرجة|مستوى المنظمة",
    ),
    "place": (
        "place|village|location|community|ward|kebele|panchayat|gram panchayat|site|address",
        "lieu|localité|commune|site|quartier",
        "lugar|localidad|comunidad|aldea|municipio|vereda",
        "المكان|القرية|الموقع|البلدة",
    ),
    "parent_place": (
        "place above|district|block|county|woreda|mandal|region|province|sub county",
        "département|région|cercle|préfecture|wilaya",
        "distrito|departamento|región|provincia|cantón",
        "المحافظة|المنطقة|الإقليم|المديرية|الولاية",
    ),
    "formed_on": (
        "formed|formed on|date formed|date of formation|formation date|established|date established|founded|"
        "year of formation|year formed|start date",
        "date de création|créé le|création|année de création|fondé|date de formation|date de constitution",
        "fecha de formación|fecha de creación|fundada|año de creación|fecha de constitución|constituida",
        "تاريخ التأسيس|تاريخ التكوين|سنة التأسيس|التأسيس",
    ),
    "promoter": (
        "promoter|promoted by|supported by|formed by|promoting agency|facilitating agency",
        "promoteur|promu par|initié par|appuyé par|structure d'appui",
        "promotor|promovida por|promovido por|impulsado por",
        "الجهة الداعمة|المروج|بدعم من",
    ),
    "status": (
        "status|state|current status",
        "statut|état|situation",
        "estado|situación|estatus",
        "الحالة|الوضع",
    ),
    "status_on": (
        "status since|status date|since",
        "depuis|statut depuis|date du statut",
        "desde|estado desde|fecha del estado",
        "الحالة منذ|منذ",
    ),
    "registration_number": (
        "registration number|registration no|reg no|reg number|registration|certificate number",
        "numéro d'enregistrement|n° d'enregistrement|no d'agrément|numéro d'agrément|récépissé|immatriculation",
        "número de registro|n° de registro|registro|personería jurídica|número de personería",
        "رقم التسجيل|رقم السجل|رقم القيد",
    ),
    "registration_law": (
        "registered under|registration law|law|act",
        "loi|enregistré selon|cadre légal|base légale",
        "ley|registrada según|marco legal",
        "القانون|مسجلة بموجب",
    ),
    "registered_on": (
        "registered|registered on|registration date|date of registration|date registered",
        "date d'enregistrement|enregistré le|date d'agrément",
        "fecha de registro|registrada el|fecha de inscripción",
        "تاريخ التسجيل|تاريخ القيد",
    ),
    "commodities": (
        "commodity|commodities|crop|crops|product|products|main activity|value chain|value chains",
        "produit|produits|filière|filières|culture|cultures|spéculation|spéculations",
        "producto|productos|cultivo|cultivos|rubro|rubros|cadena de valor",
        "المحاصيل|المنتجات|المحصول|السلع",
    ),
    "members_are": (
        "members are|member type|type of members|members kind",
        "les membres sont|type de membres|nature des membres",
        "los miembros son|tipo de miembros|tipo de socios",
        "الأعضاء هم|نوع الأعضاء",
    ),
    "apex": (
        "apex|federation|union|apex code|apex name|member of|federated to|federation name|parent organization|vo name",
        "faîtière|fédération|membre de|organisation faîtière|affilié à",
        "federación|unión|miembro de|organización de segundo grado|afiliada a|ápice",
        "الاتحاد|عضو في|المنظمة الأم",
    ),
    "apex_since": (
        "joined|joined on|date joined|joined apex|member since|date of joining|joining date|federated on",
        "adhésion|date d'adhésion|membre depuis|adhéré le",
        "fecha de afiliación|afiliada desde|miembro desde|fecha de adhesión",
        "تاريخ الانضمام|عضو منذ",
    ),
    "partner": (
        "partner|linked to|linkage partner|bank|buyer|linked bank|bank name",
        "partenaire|banque|acheteur|lié à",
        "socio|aliado|banco|comprador|vinculada a",
        "الشريك|البنك|المشتري",
    ),
    "linkage_kind": (
        "kind of linkage|linkage type|type of linkage|linkage",
        "type de lien|type de partenariat|nature du lien",
        "tipo de vínculo|tipo de alianza|vínculo",
        "نوع الربط|نوع الشراكة",
    ),
    "linkage_form": (
        "form of linkage|contract type|agreement|form of agreement",
        "forme du lien|type de contrat|forme de l'accord",
        "forma del vínculo|tipo de contrato|forma del acuerdo",
        "شكل الاتفاق|نوع العقد",
    ),
    "linkage_causality": (
        "linkage came about by|brought about by support|attribution",
        "origine du lien|attribution",
        "origen del vínculo|atribución",
        "سبب الربط",
    ),
    "linkage_since": (
        "linkage since|linked since|linked on|linkage date|date of linkage|contract start|linkage start",
        "lien depuis|date du lien|début du contrat|lié depuis",
        "vínculo desde|fecha del vínculo|inicio del contrato",
        "تاريخ الربط|بداية العقد",
    ),
    "linkage_until": (
        "last day of linkage|linkage until|linkage end|contract end|end of linkage",
        "fin du lien|fin du contrat|lien jusqu'au",
        "fin del vínculo|fin del contrato|vínculo hasta",
        "نهاية العقد|نهاية الربط",
    ),
}

#: Field → value → usual words beside its code and its labels.
VALUES: dict[str, dict[str, str]] = {
    "kind": {
        "shg": "shg|shgs|self help group|self-help groups|groupe d'entraide|groupe d'auto-assistance|"
        "grupo de autoayuda|مجموعة مساعدة ذاتية|مجموعة العون الذاتي",
        "savings_and_loan": "vsla|vslas|village savings and loan association|savings group|avec|groupe d'épargne|"
        "grupo de ahorro|grupo de ahorro y crédito|مجموعة ادخار",
        "farmer_group": "farmers group|farmer groups|fg|groupement de producteurs|groupement agricole|"
        "grupo de productores|grupo de agricultores|مجموعة مزارعين",
        "cooperative": "coop|co-op|co-operative|cooperatives|coopérative|scoops|cooperativa|تعاونية|جمعية تعاونية",
        "water_users": "wua|wuas|water users association|water user association|aue|auea|"
        "association d'usagers de l'eau|junta de regantes|asociación de usuarios de agua|جمعية مستخدمي المياه",
        "forest_users": "cfug|forest user group|groupe d'usagers de la forêt|grupo forestal|مجموعة مستخدمي الغابات",
        "pastoral": "pastoral group|rangeland group|groupement pastoral|grupo pastoril|مجموعة رعوية",
        "fisher": "fishers group|fishing group|groupement de pêcheurs|grupo de pescadores|مجموعة صيادين",
        "village_organization": "vo|vos|village organisation|organisation villageoise|"
        "organización de aldea|منظمة قروية",
        "cluster_federation": "clf|cluster level federation|fédération de grappe",
        "union": "unions|unión|اتحاد محلي",
        "federation": "federations|fédération|federación|اتحاد|فيدرالية",
    },
    "tier": {
        "primary": "base|primary group|grassroots|de base|primaire|1er degré|primer grado|primario|primaria|"
        "أولية|قاعدية",
        "local_apex": "second tier|secondary|2e degré|segundo grado|secundario",
        "meso_apex": "third tier|tertiary|3e degré|tercer grado",
        "national_apex": "national|nationale|nacional|وطني|وطنية",
        "international_apex": "regional apex|international|internationale|internacional|دولي",
    },
    "promoter": {
        "self": "members|self|own initiative|self promoted|membres|initiative propre|miembros|socios|iniciativa propia|"
        "الأعضاء|مبادرة ذاتية",
        "project": "project|programme|program|projet|proyecto|programa|مشروع|المشروع|برنامج",
        "government": "government|govt|state|état|gouvernement|gobierno|estado|الحكومة|حكومة|الدولة",
        "ngo": "ngo|ngos|ong|منظمة غير حكومية",
        "apex": "apex|federation|faîtière|fédération|federación|الاتحاد",
        "private": "private|company|private sector|privé|entreprise|secteur privé|privado|empresa|شركة|القطاع الخاص",
    },
    "status": {
        "forming": "in formation|being formed|new|en formation|en formación|قيد التأسيس",
        "active": "active|functional|functioning|actif|active|fonctionnel|activo|activa|funcional|نشط|نشطة|فعال|فعالة",
        "dormant": "dormant|sleeping|en sommeil|dormante|en veilleuse|خامل|خاملة",
        "disbanded": "disbanded|dissolved|closed|dissous|dissoute|disuelto|disuelta|منحل|منحلة",
    },
    "members_are": {
        "persons": "individuals|people|individus|personnes|personnes physiques|personas|individuos|أفراد|أشخاص",
        "organizations": "groups|organisations|groupes|groupements|organizaciones|grupos|منظمات|مجموعات",
        "both": "mixed|les deux|mixte|ambos|mixto|كلاهما",
    },
    "linkage_kind": {
        "finance_credit": "loan|bank linkage|bank loan|crédit|prêt|crédito|préstamo|قرض|ائتمان",
        "finance_savings": "savings|savings account|épargne|ahorro|ادخار",
        "offtake": "sale|sales|marketing|buyer|vente|commercialisation|venta|comercialización|بيع|تسويق",
        "input_supply": "inputs|input supply|intrants|insumos|مدخلات",
        "insurance": "assurance|seguro|تأمين",
    },
    "linkage_form": {
        "written_contract": "contract|written|contrat|écrit|contrato|escrito|عقد|عقد مكتوب",
        "memorandum": "mou|memorandum of understanding|protocole|convenio|مذكرة تفاهم",
        "oral": "verbal|oral|شفهي",
        "account": "bank account|compte|cuenta|حساب",
    },
    "linkage_causality": {
        "direct": "direct|directe|directo|مباشر",
        "facilitated": "facilitated|facilité|facilitado|ميسر",
        "independent": "independent|indépendant|independiente|مستقل",
    },
}
