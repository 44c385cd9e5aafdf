"""How the staff's pages look: settings of their library."""

UNFOLD = {
    "SITE_TITLE": "Bottega",
    "SITE_HEADER": "Bottega",
    "SITE_SYMBOL": "handyman",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": False, "show_all_applications": False},
    "BORDER_RADIUS": "10px",
    "COLORS": {
        "primary": {
            "50": "oklch(.97 .016 41)", "100": "oklch(.94 .034 41)", "200": "oklch(.88 .068 40)",
            "300": "oklch(.8 .11 39)", "400": "oklch(.72 .148 38)", "500": "oklch(.705 .152 41)",
            "600": "oklch(.555 .168 36)", "700": "oklch(.51 .158 36)", "800": "oklch(.44 .13 36)",
            "900": "oklch(.37 .1 36)", "950": "oklch(.27 .07 36)",
        },
        "base": {
            "50": "oklch(.985 .004 82)", "100": "oklch(.966 .008 80)", "200": "oklch(.918 .012 76)",
            "300": "oklch(.86 .014 72)", "400": "oklch(.705 .014 66)", "500": "oklch(.5 .016 60)",
            "600": "oklch(.44 .016 58)", "700": "oklch(.36 .014 56)", "800": "oklch(.292 .011 56)",
            "900": "oklch(.222 .009 55)", "950": "oklch(.182 .008 55)",
        },
    },
}  # fmt: skip
