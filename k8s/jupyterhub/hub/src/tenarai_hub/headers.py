"""The headers that keep a page of the hub where it belongs."""

from __future__ import annotations


def hub_headers(lms_origin: str) -> dict[str, str]:
    """For the hub's own pages: no script but ours, framed by the LMS only, opaque to a page that opened them.

    The hub and the notebooks may share an origin (they do on one machine). COOP makes a popup that a notebook
    opens unreadable for it; the empty allowance for inline script leaves nothing to inject into.
    """
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        f"frame-ancestors {lms_origin}",
    ]
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
