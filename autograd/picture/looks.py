"""How each kind of box, and both flows, look."""

__all__ = ["BACKWARD", "FADED", "FONT", "FONTS", "FORWARD", "KINDS", "MARKED", "QUIET", "ROOT", "STALE"]

# The one font whose widths every layout engine knows; CJK characters are as wide as it takes them for.
FONT = "Verdana"

# Fonts of the same widths as the one that was measured, then those that have Chinese characters.
FONTS = (
    f"{FONT}, 'DejaVu Sans', 'Bitstream Vera Sans', 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', "
    "'Microsoft YaHei', 'WenQuanYi Zen Hei', 'Noto Sans', Arial, sans-serif"
)

# Colours of Okabe and Ito, which are told apart with any colour vision; each kind has its own shape
# too, for grey print.
FORWARD, BACKWARD, QUIET = "#0b3c5d", "#c1121f", "#666666"
KINDS = {
    "input": {"shape": "box", "style": "rounded,filled", "fillcolor": "#d6ecfa", "color": "#0072b2"},
    "parameter": {"shape": "note", "style": "filled", "fillcolor": "#ffe8b8", "color": "#a65e00"},
    "constant": {"shape": "ellipse", "style": "dashed", "color": QUIET},
    "operation": {"shape": "box", "style": "filled", "fillcolor": "#f4f4f4", "color": "#333333"},
    "folded": {"shape": "box", "style": "filled,diagonals", "fillcolor": "#e9e3f2", "color": "#5b3a82"},
}
ROOT = {"peripheries": "2", "fillcolor": "#d5f0e3", "color": "#00664b"}
STALE = {"style": "filled,dashed", "color": "#d55e00", "fontcolor": "#8f3d00"}
FADED = {"color": "#cccccc", "fontcolor": "#aaaaaa", "fillcolor": "#ffffff"}
MARKED = {"color": BACKWARD, "penwidth": "4"}
