"""In which accounts AWS has its training images: other ones in other regions.

As AWS's SageMaker SDK has it (its image_uri_config). A region that is not here is newer than this
table, and nothing is said of it.
https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
"""

from __future__ import annotations

_DEEP_LEARNING = "763104351884"

_OF_DEEP_LEARNING = {
    **dict.fromkeys(
        (
            *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1"),
            *("ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1"),
            *("eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1"),
            "us-west-2",
        ),
        _DEEP_LEARNING,
    ),
    "af-south-1": "626614931356",
    "ap-east-1": "871362719292",
    "ap-northeast-3": "364406365360",
    "ap-south-2": "772153158452",
    "ap-southeast-3": "907027046896",
    "ap-southeast-4": "457447274322",
    "ca-west-1": "204538143572",
    "cn-north-1": "727897471807",
    "cn-northwest-1": "727897471807",
    "eu-central-2": "380420809688",
    "eu-south-1": "692866216735",
    "eu-south-2": "503227376785",
    "il-central-1": "780543022126",
    "me-central-1": "914824155844",
    "me-south-1": "217643126080",
    "us-gov-west-1": "442386744353",
}
"""The Deep Learning Containers: PyTorch, TensorFlow, Hugging Face and others."""

_OF_ALGORITHMS = {
    "ap-east-1": ("651117190479", "286214385809"),
    "ap-northeast-1": ("354813040037", "351501993468", "501404015308", "633353088612"),
    "ap-northeast-2": ("366743142698", "835164637446", "306986355934", "204372634319"),
    "ap-south-1": ("720646828776", "991648021394"),
    "ap-southeast-1": ("121021644041", "475088953585"),
    "ap-southeast-2": ("783357654285", "712309505854", "544295431143", "514117268639"),
    "ca-central-1": ("341280168497", "469771592824"),
    "cn-north-1": ("450853457545", "390948362332"),
    "cn-northwest-1": ("451049120500", "387376663083"),
    "eu-central-1": ("492215442770", "664544806723", "813361260812", "495149712605"),
    "eu-north-1": ("662702820516", "669576153137"),
    "eu-west-1": ("141502667606", "438346466558", "685385470294", "224300973850"),
    "eu-west-2": ("764974769150", "644912444149"),
    "eu-west-3": ("659782779980", "749696950732"),
    "me-south-1": ("801668240914", "249704162688"),
    "sa-east-1": ("737474898029", "855470959533"),
    "us-east-1": ("683313688378", "382416733822", "811284229777", "522234722520"),
    "us-east-2": ("257758044811", "404615174143", "825641698319", "566113047672"),
    "us-gov-west-1": ("414596584902", "226302683700"),
    "us-west-1": ("746614075791", "632365934929"),
    "us-west-2": ("246618743249", "174872318107", "433757028032", "156387875391"),
}
"""scikit-learn and XGBoost, then the built-in algorithms: these are in one account or in three."""


def accounts_instead(account: str, region: str) -> tuple[str, ...]:
    """Return where AWS has in `region` what it has elsewhere in `account`.

    Empty if it is that account there too, is none of AWS's, or if the region is not known.
    """
    there = _of_the_same_kind(account, region)
    return () if account in there else there


def _of_the_same_kind(account: str, region: str) -> tuple[str, ...]:
    if account in _OF_DEEP_LEARNING.values():
        return (_OF_DEEP_LEARNING[region],) if region in _OF_DEEP_LEARNING else ()
    for accounts in _OF_ALGORITHMS.values():
        if account in accounts:
            there = _OF_ALGORITHMS.get(region, ())
            return there[:1] if account == accounts[0] else there[1:]
    return ()
