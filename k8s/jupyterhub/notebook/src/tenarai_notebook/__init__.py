"""What runs in a learner's server: the start script, contents and handouts, and the server's half of the bridge."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Where jupyter_server finds our extension."""
    return [{"module": "tenarai_notebook.extension"}]
