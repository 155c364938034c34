"""Writes the notebooks that tests of the rendering read: executed, as a trainee's are.

Run it in the learners' environment (`.venv/hub/bin/python backend/tests/notebooks/make.py`); it takes half a minute and
needs no network. What it wrote is committed, since outputs differ a little from run to run.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

HERE = Path(__file__).parent
# A red square of 8 × 8 pixels.
SQUARE = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR4nGM8ISfHgA0wYRUdtBIA0MoBFD5jqJkAAAAASUVORK5CYII="

FIGURES = [
    "# 図とグラフ\n\n**散布図**と折れ線を描きます。下の図は添付ファイルです。\n\n![赤い四角](attachment:square.png)\n\n"
    f"![埋め込み](data:image/png;base64,{SQUARE}) ![外の画像](https://example.com/remote.png)",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nimport matplotlib_fontja\nimport numpy as np\n"
    "plt.rcParams['figure.dpi'] = 60",
    "x = np.linspace(0, 10, 60)\nplt.plot(x, np.sin(x), label='正弦')\nplt.plot(x, np.cos(x), '--', label='余弦')\n"
    "plt.title('三角関数')\nplt.legend()\nplt.show()",
    "fig, axes = plt.subplots(1, 2, figsize=(6, 2.5))\naxes[0].bar(['a', 'b', 'c'], [3, 1, 2])\n"
    "axes[1].scatter(x[:20], x[:20] ** 2, s=8)\nfig",
    "%config InlineBackend.figure_formats = ['svg']\nplt.figure(figsize=(3, 2))\nplt.plot([1, 3, 2])\nplt.show()",
    "%config InlineBackend.figure_formats = ['jpeg']\nplt.figure(figsize=(3, 2))\nplt.imshow(np.arange(16).reshape(4, 4))\n"
    "plt.show()",
    "from io import BytesIO\nfrom IPython.display import Image\nfrom PIL import Image as Picture\n"
    "gif = BytesIO()\nPicture.new('P', (16, 16), 3).save(gif, 'gif')\nImage(gif.getvalue())",
]

TABLES = [
    "# 表\n\n| 列 | 意味 |\n|:--|--:|\n| `area` | 面積 |\n| `rent` | 家賃 |",
    "import pandas as pd\ndf = pd.DataFrame({'駅': ['渋谷', '新宿', '<b>池袋</b>'], '面積': [20.5, 31.25, None], "
    "'家賃': [98000, 120000, 87000]})\ndf",
    "df.describe()",
    "df.set_index(['駅', '面積']).T",
    "df.style.highlight_max(subset=['家賃'], color='gold').format({'家賃': '{:,}円'})",
    "df['家賃']",
    "pd.DataFrame({f'column_{number}': range(3) for number in range(24)})",
    "pd.DataFrame(range(200), columns=['n'])",
    "from sklearn.linear_model import LinearRegression\nfrom sklearn.pipeline import make_pipeline\n"
    "from sklearn.preprocessing import StandardScaler\nmodel = make_pipeline(StandardScaler(), LinearRegression())\n"
    "model.fit([[1.0], [2.0], [3.0]], [2.0, 4.0, 6.1])",
    "display(df.head(1), df.tail(1))\nmodel.predict([[4.0]]).round(3)",
]

FORMULAS = [
    "# 数式\n\n誤差は $E = \\frac{1}{2}\\sum_{i=1}^{n} (y_i - \\hat{y}_i)^2$ です。\n\n"
    "$$\n\\hat{\\beta} = (X^\\top X)^{-1} X^\\top y\n$$\n\n価格は $x_1$ と $x_2$ によります。",
    "\\begin{align}\n\\nabla_w E &= -X^\\top (y - Xw) \\\\\nw &\\leftarrow w - \\eta \\nabla_w E\n\\end{align}",
    "$$\n\\begin{pmatrix} 1 & 0 \\\\ 0 & \\lambda \\end{pmatrix}, \\quad\n"
    "f(x) = \\begin{cases} x & (x > 0) \\\\ 0 & (x \\le 0) \\end{cases}\n$$",
    "from IPython.display import Latex, Markdown, Math\nMath(r'\\int_0^\\infty e^{-x^2} dx = \\frac{\\sqrt{\\pi}}{2}')",
    "Latex(r'Area: $A = \\pi r^2$ and $C = 2 \\pi r$')",
    "Latex(r'\\begin{equation} a^2 + b^2 = c^2 \\end{equation}')",
    "display(Markdown('**太字**と $y = ax + b$\\n\\n- 一つ目\\n- 二つ目'))",
]

FAILURES = [
    "# エラーと出力",
    "import sys\nprint('標準出力')\nprint('<b>not bold</b> & more')\nprint('標準エラー', file=sys.stderr)\nprint('終わり')",
    "def divide(a, b):\n    return a / b\n\ndef average(values):\n    return divide(sum(values), len(values))\n\naverage([])",
    "for i in range(3)\n    print(i)",
    "try:\n    int('十')\nexcept ValueError as error:\n    raise RuntimeError('変換できません') from error",
    "import warnings\nwarnings.warn('もうすぐ使えなくなります')",
    "print('\\x1b[1;32mOK\\x1b[0m \\x1b[31m失敗\\x1b[0m \\x1b[38;5;208morange\\x1b[0m \\x1b[48;2;0;0;120;97mblue\\x1b[0m')",
    "for percent in range(0, 101, 20):\n    print(f'\\r{percent:3d}% 完了', end='')\nprint()",
    "for number in range(450):\n    print(number, number ** 2)",
    "{'名前': '太郎', 'scores': [1, 2, 3], 'nested': {'a': None, 'b': (True, 1.5)}}",
    "!echo シェルの出力",
    "list(range(300))",
]

ACTIVE = [
    "# 動くもの\n\n<script>document.title = 'x'</script>\n\n下線は<u>残ります</u>。[外へ](https://example.com/page)・"
    "[数式へ](#動くもの)・<https://example.com/auto>",
    "from IPython.display import HTML, Audio, IFrame, JSON, Javascript, SVG, display",
    "display({'application/vnd.jupyter.widget-view+json': {'model_id': 'abc', 'version_major': 2, 'version_minor': 0}, "
    "'text/plain': 'IntSlider(value=3)'}, raw=True)",
    "Javascript('console.log(1)')",
    "display({'application/vnd.plotly.v1+json': {'data': [{'y': [1, 2]}], 'layout': {}}, "
    "'text/html': '<div id=\"p\"></div><script>Plotly.newPlot(\"p\", [])</script>'}, raw=True)",
    "display({'application/vnd.vegalite.v5+json': {'mark': 'bar'}, 'text/plain': 'alt.Chart(...)'}, raw=True)",
    "IFrame('https://example.com/', 300, 100)",
    'HTML(\'<p style="position:fixed" onclick="alert(1)">見える文字</p><form action="/api"><button>押す</button></form>\')',
    'SVG(\'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="teal"/></svg>\')',
    'SVG(\'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><script>alert(1)</script></svg>\')',
    "JSON({'a': [1, 2, {'b': '日本語'}]})",
    "display({'application/json': {'値': [1, 2.5, None, True]}}, raw=True)",
    "Audio(data=[0.0] * 200, rate=8000)",
]

NOTEBOOKS = {"figures": FIGURES, "tables": TABLES, "formulas": FORMULAS, "failures": FAILURES, "active": ACTIVE}


def is_text(source: str) -> bool:
    return source.startswith(("# ", "$$", "\\begin"))


def written(name: str, sources: list[str]) -> nbformat.NotebookNode:
    cells = []
    for number, source in enumerate(sources, start=1):
        cell = new_markdown_cell(source) if is_text(source) else new_code_cell(source)
        cell.id = f"{name}-{number}"
        if "attachment:" in source:
            cell.attachments = {"square.png": {"image/png": SQUARE}}
        cells.append(cell)
    raw = new_raw_cell("そのままの文字 <b>raw</b>")
    raw.id = f"{name}-raw"
    cells.append(raw)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def without_places(text: str) -> str:
    """Where things lie on the machine that ran it, and numbers of processes, say nothing."""
    text = re.sub(r'/[^\s"\\]*/site-packages', "/opt/venv/site-packages", text)
    return re.sub(r"ipykernel_\d+/\d+", "ipykernel_1/1", text)


def main() -> None:
    for name, sources in NOTEBOOKS.items():
        notebook = written(name, sources)
        NotebookClient(notebook, timeout=120, allow_errors=True, record_timing=False).execute()
        file = HERE / f"{name}.ipynb"
        nbformat.write(notebook, file)
        file.write_text(without_places(file.read_text()))
        print(f"{file.name}: {len(notebook.cells)} cells, {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
