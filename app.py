"""The page: conversation left, sources right, and a tab for the articles. Layout and wiring only.

What is shown is made in `rag/page/`; what is answered, in `rag/`. Run `python app.py`, or `make chat`.
"""

from __future__ import annotations

import os

if __name__ == "__main__":
    print("Opening …", flush=True)  # noqa: T201  # importing Gradio takes seconds: say so before it starts

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when Gradio is imported: nothing leaves this machine
os.environ.setdefault("GRADIO_RUN_HISTORY", "False")  # no second record of what was asked, in the browser or a bucket

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import RagError
from rag.page import asset
from rag.page.catalogue import N_ROWS, PROGRESS, Catalogue
from rag.page.corroborating import Corroborating
from rag.page.desk import Desk
from rag.page.door import hang_door
from rag.page.evaluating import known_sets, run_set
from rag.page.following import Following
from rag.page.history import ARRIVE, REMEMBER, TELL, WRITE
from rag.page.inspection import Inspection
from rag.page.library import header_html
from rag.page.look import look
from rag.page.panel import empty_panel
from rag.page.saved import LABEL, Saved
from rag.page.talk import Talk
from rag.server.opening import open_server

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.api import Rag

FILE_TYPES = [".txt", ".md", ".html", ".htm", ".pdf", ".jsonl", ".json", ".gz"]
UPLOADS_KEPT_S = (3600, 86_400)  # looked through every hour; what was uploaded a day ago has long been read
# What the form of filters says at that moment goes with each question.
WITH_FILTERS = "(question) => [question, null, window.ragFilters(), null]"
EXAMPLE_WITH_FILTERS = "() => [null, window.ragFilters(), null]"
# What stands below sources and conversation goes when other sources come, but a list of reports stays while they are
# opened. Done in the browser: a reply that comes late would wipe what the reader asked for meanwhile.
TIDY = """(panel, why) => [panel.includes('data-key="link"') && why.includes("rag-others") ? why : "", ""]"""
NO_REPORT = (
    '<div class="rag-panel rag-blank"><h2>How well does it answer?</h2><p>Choose a question set and run it: figures '
    "with intervals, plots, every question with its answer and its gold, and what moved since the last run.</p></div>"
)
REINDEX = "<p>Builds the search structures anew from the stored articles. Questions are answered meanwhile.</p>"
ANEW = "Needed after a change of the encoder's weights; takes as long as adding the articles did."
SHOW_REPORT = "() => { document.querySelector('#rag-report').scrollIntoView({block: 'nearest'}); }"
ORDERS = [("Newest first", "newest"), ("Oldest first", "oldest"), ("By title", "title"), ("By outlet", "source")]
BARE: dict[str, Any] = {"padding": False, "apply_default_css": False}  # the page's own style sheet serves alone


def build_page(rag: Rag, *, known_sets_only: bool = False) -> gr.Blocks:
    """Lay the page out and wire it to `rag`; with `known_sets_only` no other folder can be evaluated."""
    catalogue, saved = Catalogue(rag), Saved(rag)
    page = gr.Blocks(title="Ask the news", analytics_enabled=False, delete_cache=UPLOADS_KEPT_S)
    with page:
        header = gr.HTML(header_html(rag.n_articles), **BARE)
        with gr.Tabs(elem_id="rag-tabs"):
            with gr.Tab("Ask", id="ask"):
                chat, filters = _conversation(rag, page, catalogue, saved)
            with gr.Tab("Articles", id="articles"):
                refreshed = _articles(catalogue, header, chat, filters)
            with gr.Tab(LABEL, id="saved") as tab:
                _saved(saved, page, tab, header)
            with gr.Tab("Evaluate", id="evaluate"):
                _evaluation(rag, known_sets_only)
        # someone may have added articles since the page was built
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        loaded = page.load(lambda: catalogue.refreshed(), None, refreshed, **quiet)
        loaded.then(catalogue.welcome_tried, None, [chat], **quiet)
    return page


def _conversation(rag: Rag, page: gr.Blocks, catalogue: Catalogue, saved: Saved) -> tuple[gr.Chatbot, gr.HTML]:
    desk, inspection, corroborating, following = Desk(rag), Inspection(rag), Corroborating(rag), Following(rag)
    conversation, talk, key = gr.State([]), gr.State(Talk()), gr.Textbox("", visible=False)
    filters, told, kept = gr.JSON(visible=False), gr.JSON(visible=False), gr.JSON(visible=False)
    with gr.Row(elem_classes="rag-columns"):
        with gr.Column(elem_id="rag-left"):
            talks = gr.HTML("", elem_id="rag-talks", js_on_load=asset("kept.js") + asset("history.js"), **BARE)
            chat = gr.Chatbot(
                elem_id="rag-chat",
                show_label=False,
                container=False,
                height="100%",
                layout="panel",
                placeholder=catalogue.welcome(),
                latex_delimiters=[],
                buttons=[],
                feedback_options=None,
                group_consecutive_messages=False,
            )
            noted = gr.HTML("", elem_id="rag-kept", js_on_load=asset("saved.js"), **BARE)
            chips = gr.HTML("", elem_id="rag-next", js_on_load=asset("next.js"), **BARE)
            form = gr.HTML(catalogue.filters(), elem_id="rag-filters", js_on_load=asset("filters.js"), **BARE)
            question = gr.Textbox(
                elem_id="rag-question",
                show_label=False,
                container=False,
                placeholder="Ask a question about the articles",
                lines=1,
                max_lines=5,
                submit_btn=True,
            )
        with gr.Column(elem_id="rag-right"):
            panel = gr.HTML(empty_panel(), elem_id="rag-sources", js_on_load=asset("panel.js"), **BARE)
            why = gr.HTML("", elem_id="rag-why", js_on_load=asset("why.js"), **BARE)
    shown = [chat, question, panel, conversation]
    opened = [*shown, key, talks]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    light = quiet | {"concurrency_limit": None}
    # as many at once as the server takes: a question, and what is searched for below its answer
    asking, offering = (
        quiet | {"concurrency_id": name, "concurrency_limit": rag.settings.n_parallel} for name in ("ask", "offer")
    )
    asked = question.submit(desk.ask, [question, conversation, filters, talk], shown, js=WITH_FILTERS, **asking)
    tried = panel.example(desk.ask_example, [conversation, filters, talk], shown, js=EXAMPLE_WITH_FILTERS, **asking)
    arrived = page.load(desk.arrive, [told, talk], opened, js=ARRIVE, **light)
    arrived.then(None, None, None, js="() => { window.ragPage.askLinked(); }")
    ended: list[Any] = [asked, tried]
    for event in (asked, tried):
        event.then(desk.keep, [talk, conversation], [kept], **light).then(None, [kept], None, js=WRITE)
        ended.append(event.then(following.suggest, [conversation], [chips], **offering))
    begun = talks.begin(desk.begin, [told, talk], opened, js=TELL, cancels=ended, **light)
    resumed = talks.resume(desk.arrive, [told, talk], opened, js=TELL, cancels=ended, **light)
    for event in (arrived, begun, resumed):
        event.then(None, [key], None, js=REMEMBER)
    for event in (arrived, resumed):
        event.failure(desk.broke_off, None, [panel], **light)
        event.then(following.suggest, [conversation], [chips], **offering)
    talks.forget(desk.bar, [told], [talks], js=TELL, **light)
    panel.open_spot(inspection.open_spot, [conversation], [panel], **light)
    panel.why(inspection.why, [conversation], [why], **light)
    panel.wrong(inspection.wrong, [conversation], [why], **light)
    why.right(inspection.right, [conversation], [why], **quiet)
    panel.keep(saved.keep, [conversation], [noted], **quiet)
    panel.others(corroborating.others, [conversation], [why], **offering)
    panel.open_other(corroborating.open_other, None, [panel], **light)
    panel.change(None, [panel, why], [why, noted], js=TIDY)
    return chat, form


def _articles(catalogue: Catalogue, header: gr.HTML, chat: gr.Chatbot, filters: gr.HTML) -> list[Any]:
    limit, chosen = gr.State(N_ROWS), gr.Textbox("", visible=False)  # no State: what is removed is what is shown
    with gr.Row(elem_classes="rag-columns"):
        with gr.Column(elem_id="rag-shelf"):
            with gr.Row(elem_classes="rag-finding"):
                search = gr.Textbox(
                    elem_id="rag-search",
                    show_label=False,
                    container=False,
                    placeholder="Search the articles",
                    max_lines=1,
                )
                order = gr.Dropdown(ORDERS, value="newest", label="Order", container=False, elem_id="rag-order")
            rows = gr.HTML(catalogue.rows(""), elem_id="rag-rows", js_on_load=asset("library.js"), **BARE)
        with gr.Column(elem_id="rag-desk"):
            with gr.Column(elem_id="rag-reading", visible=False) as reading:
                with gr.Row(elem_classes="rag-actions"):
                    close = gr.Button("← Close", size="sm", variant="secondary")
                    remove = gr.Button("Remove", size="sm", variant="secondary")
                with gr.Row(elem_classes="rag-actions", visible=False) as confirm:
                    sure = gr.Button("Yes, remove it from the index", size="sm", variant="stop")
                    keep = gr.Button("Keep it", size="sm", variant="secondary")
                reader = gr.HTML("", elem_id="rag-reader", js_on_load=asset("reader.js"), **BARE)
            with gr.Column() as adding:
                report = gr.HTML("", elem_id="rag-report", **BARE)
                with gr.Column(elem_classes="rag-form"):
                    gr.HTML("<h2>Upload files <small>text, HTML, PDF or JSON lines</small></h2>", **BARE)
                    files = gr.File(
                        elem_id="rag-upload", file_count="multiple", file_types=FILE_TYPES, show_label=False, height=140
                    )
                with gr.Accordion("Paste a text", open=False, elem_id="rag-paste", elem_classes="rag-form"):
                    title = gr.Textbox(label="Title", placeholder="Optional", max_lines=1)
                    day = gr.Textbox(label="Published", placeholder="YYYY-MM-DD, optional", max_lines=1)
                    text = gr.Textbox(label="Text", lines=6, max_lines=14)
                    add = gr.Button("Add this text", variant="primary")
                with gr.Accordion("From an address", open=False, elem_id="rag-fetch", elem_classes="rag-form"):
                    url = gr.Textbox(label="Page, file or feed", placeholder="https://…", max_lines=1)
                    fetch = gr.Button("Fetch it", variant="primary")
                with gr.Accordion("Re-index", open=False, elem_id="rag-reindex", elem_classes="rag-form"):
                    gr.HTML(REINDEX, **BARE)
                    anew = gr.Checkbox(label="Encode every article anew too", info=ANEW)
                    reindex = gr.Button("Re-index", size="sm", elem_classes="rag-plain")
                    with gr.Row(elem_classes="rag-actions", visible=False) as reindexing:
                        begin = gr.Button("Yes, re-index now", size="sm", variant="primary")
                        leave = gr.Button("Leave it", size="sm", variant="secondary")
    refreshed = [header, chat, filters, rows, limit]
    listed = [search, order]
    opened = [reader, reading, adding, confirm, chosen]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    light = quiet | {"concurrency_limit": None}
    told: dict[str, Any] = {"show_progress_on": [report], "api_visibility": "private"}
    for changed in (search.input, order.input):
        changed(
            lambda query, order: (catalogue.rows(query, order=order), N_ROWS),
            listed,
            [rows, limit],
            trigger_mode="always_last",
            **light,
        )
    rows.show_more(catalogue.more_rows, [search, limit, order], [rows, limit], **light)
    rows.open_article(catalogue.open_article, None, opened, trigger_mode="always_last", **quiet)
    close.click(catalogue.close_article, None, opened, **quiet)
    remove.click(lambda: gr.update(visible=True), None, [confirm], **quiet)
    keep.click(lambda: gr.update(visible=False), None, [confirm], **quiet)
    sure.click(catalogue.remove_article, [chosen, *listed], [report, *opened, *refreshed], **quiet)
    files.upload(catalogue.upload, [files, *listed], [report, files, *refreshed], **told)
    fetch.click(catalogue.fetch, [url, *listed], [report, url, *refreshed], **told)
    reindex.click(lambda: gr.update(visible=True), None, [reindexing], **quiet)
    for either in (begin, leave):
        either.click(lambda: gr.update(visible=False), None, [reindexing], **quiet)
    begin.click(catalogue.reindex, [anew, *listed], [report, *refreshed], **told)
    report.change(None, None, None, js=SHOW_REPORT)
    add.click(catalogue.paste, [text, title, day, *listed], [report, text, title, day, *refreshed], **told)
    return refreshed


def _saved(saved: Saved, page: gr.Blocks, tab: gr.Tab, header: gr.HTML) -> None:
    with gr.Row(elem_classes="rag-columns"):
        with gr.Column(elem_id="rag-watching"):
            watchlist = gr.HTML("", elem_id="rag-watchlist", js_on_load=asset("saved.js"), **BARE)
        with gr.Column(elem_id="rag-gaps"):
            vain = gr.HTML("", elem_id="rag-vain", js_on_load=asset("saved.js"), **BARE)
    shown: list[Any] = [watchlist, vain, tab]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    tab.select(saved.shown, None, shown, **quiet).then(saved.check, None, shown, **quiet)
    page.load(saved.look, None, [tab], **quiet)
    header.change(saved.look, None, [tab], **quiet)  # articles were added or removed
    watchlist.accept(saved.accept, None, shown, **quiet)
    watchlist.drop(saved.remove, None, shown, **quiet)
    vain.forget(saved.forget, None, shown, **quiet)


def _evaluation(rag: Rag, known_only: bool) -> None:
    with gr.Row(elem_classes="rag-runs"):
        chosen = gr.Dropdown(
            known_sets(),
            label="Question set",
            allow_custom_value=not known_only,
            info=None if known_only else "Or the path of a folder with a questions.jsonl",
            elem_id="rag-set",
        )
        limit = gr.Number(0, label="Questions at most", info="0: all", precision=0, minimum=0, elem_id="rag-limit")
        start = gr.Button("Run", variant="primary", elem_id="rag-run")
    report = gr.HTML(NO_REPORT, elem_id="rag-evaluation", **BARE)

    def evaluate(folder: str, limit: float | None, progress: gr.Progress = PROGRESS) -> str:
        progress(0, desc="Reading the set")

        def asked(done: int, total: int) -> None:
            progress((done, total), desc="Asking", unit="questions")

        return run_set(rag, folder or "", int(limit) if limit else None, asked, known_only=known_only)

    start.click(evaluate, [chosen, limit], [report], concurrency_limit=1, api_visibility="private")


def mount(
    app: FastAPI, rag: Rag, *, login: Callable[[str, str], bool] | None, max_upload: int, max_waiting: int
) -> Callable[[], None]:
    """Put the page on `app` at /, below all that is already there; return what ends the connections of open tabs.

    Args:
        app: The server.
        rag: What answers.
        login: Tells whether a name and password may see the page; None lets everybody in.
        max_upload: Bytes of an uploaded file, at most.
        max_waiting: Events of the page that may wait for their turn.
    """
    page = build_page(rag, known_sets_only=login is not None).queue(max_size=max_waiting)
    page.has_launched = True  # else Gradio reads whatever path a visitor names as uploaded: it forgets this in mounting
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        auth=login,
        show_error=False,
        max_file_size=max_upload,
        **look(),
    )
    served: Any = app.router.routes[-1]
    closing: Callable[[], None] = served.app.stop_event.set
    if login is not None:
        hang_door(app)
    return closing


def launch(rag: Rag, port: int | None = None) -> None:
    """Serve the page until interrupted, as `rag serve` does: one server, one guard before it.

    Args:
        rag: What answers; its settings say where to listen and who may come in.
        port: Port to listen on instead of the settings'. 0 takes a free one.

    Raises:
        SettingInvalid: It cannot listen there, or others could reach it and there are no credentials.
    """
    settings = rag.settings if port is None else rag.settings.model_copy(update={"port": port})
    with suppress(KeyboardInterrupt):
        open_server(rag, settings, mount, "Ask the news at {}  (Ctrl+C ends it)".format)


def main() -> None:
    """Open the index that the settings name and serve the page."""
    from rag import open_index

    try:
        launch(open_index())
    except RagError as error:
        raise SystemExit(f"{error}") from error


if __name__ == "__main__":
    main()
