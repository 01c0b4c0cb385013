"""How the page looks, in Gradio's terms: its theme with the page's own colours and fonts, and the style sheets."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.page import asset

# Nothing is fetched: the fonts are those of the system.
FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif"]
MONO = ["ui-monospace", "Menlo", "Liberation Mono", "monospace"]
COLOURS = {  # each of them is one colour in a light room and another in a dark one: page.css says which
    "button_primary_background_fill": "var(--rag-accent)",
    "button_primary_background_fill_hover": "var(--rag-accent)",
    "button_primary_text_color": "var(--rag-paper)",
    "button_secondary_background_fill": "transparent",
    "button_secondary_background_fill_hover": "var(--rag-near)",
    "button_secondary_border_color": "var(--rag-line)",
    "button_secondary_text_color": "var(--rag-ink)",
}


def theme() -> gr.themes.Base:
    """Return Gradio's plainest theme with system fonts and the page's own colours."""
    dark = {f"{name}_dark": colour for name, colour in COLOURS.items()}
    plain = gr.themes.Base(font=FONTS, font_mono=MONO)
    return plain.set(**COLOURS, **dark, body_background_fill="#f6f6f4", body_background_fill_dark="#131519")


def look() -> dict[str, Any]:
    """Return what Gradio takes where a page is served: no links of its own, nothing rendered by node, our style."""
    return {"footer_links": [], "ssr_mode": False, "theme": theme(), "css": asset("page.css") + asset("saved.css")}
