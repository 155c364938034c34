"""Stories on the real hub, both versions: who gets in, and who does not any more."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from people import FETCH, NAVIGATE, NO_CORS, Browser, Kernel
from running_hub import RunningHub, wait_for
from standin_lms import Key

HANDOUT = "ml-first-steps/01-hello.ipynb"


def owner_of(page_text: str) -> str | None:
    """Whose notebook page this is."""
    marker = '<script id="jupyter-config-data" type="application/json">'
    if marker not in page_text:
        return None
    config = json.loads(page_text.partition(marker)[2].partition("</script>")[0])
    owner: str = config["hubServerUser"]
    return owner


def test_the_shared_token_leads_to_the_notebook(person: Browser) -> None:
    page = person.notebook()
    assert page.status_code == 200
    assert owner_of(page.text) == person.user
    assert person.hub.lms.url in page.text


def test_without_a_token_one_is_sent_to_the_site(person: Browser) -> None:
    stranger = Browser(person.hub, person.user)
    page = stranger.notebook()
    assert page.status_code == 401
    assert "サイトから開いてください" in page.text
    assert "Open this from the site" in page.text
    assert f'href="{person.hub.lms.url}/" target="_top"' in page.text


@pytest.mark.parametrize("bad", ["expired", "foreign key", "wrong audience", "garbage", "none"])
def test_a_bad_token_opens_nothing(person: Browser, bad: str) -> None:
    lms, session = person.hub.lms, person.hub.lms.sign_in(person.user)
    tickets: dict[str, Callable[[], str]] = {
        "expired": lambda: lms.ticket(session, exp=int(time.time()) - 60),
        "foreign key": lambda: lms.ticket(session, key=Key(kid=lms.keys[0].kid)),
        "wrong audience": lambda: lms.ticket(session, aud="tenarai"),
        "garbage": lambda: "garbage",
        "none": lambda: "eyJhbGciOiJub25lIn0.e30.",
    }
    stranger = Browser(person.hub, person.user)
    stranger.take_ticket(tickets[bad]())
    assert stranger.notebook().status_code == 401


def test_an_ended_or_unknown_session_opens_nothing(person: Browser) -> None:
    lms = person.hub.lms
    ended, unknown = lms.sign_in(person.user), lms.sign_in(person.user)
    ended.active = False
    del lms.sessions[unknown.sid]
    for session in (ended, unknown):
        stranger = Browser(person.hub, person.user)
        stranger.take_ticket(lms.ticket(session))
        assert stranger.notebook().status_code == 401


@pytest.mark.parametrize(
    "path", ["/", "/jupyterhub", "/jupyterhub/hub/", "/jupyterhub/hub/lms-login", "/jupyterhub/hub/api"]
)
@pytest.mark.parametrize("planted", ["another person's", "garbage"])
def test_a_planted_token_neither_becomes_somebody_else_nor_locks_out(person: Browser, path: str, planted: str) -> None:
    lms = person.hub.lms
    foreign = lms.ticket(lms.sign_in("u9002")) if planted == "another person's" else "garbage"
    person.web.cookies.set("tenarai_hub", foreign, domain="localhost.local", path=path)
    for cookie in [cookie for cookie in person.web.cookies if cookie.name != "tenarai_hub"]:
        person.web.cookies.clear(cookie.domain, cookie.path, cookie.name)
    page = person.notebook()
    assert page.status_code == 200
    assert owner_of(page.text) == person.user


def test_a_planted_token_without_a_name_is_expired_too(person: Browser) -> None:
    ticket = person.hub.lms.ticket(person.hub.lms.sign_in(person.user))
    cookies = {"Cookie": f"tenarai_hub={ticket}; tenarai_hub=planted"}
    page = Browser(person.hub, person.user).visit("hub/lms-login", NAVIGATE | cookies, allow_redirects=False)
    removals = [cookie for cookie in page.raw.headers.getlist("Set-Cookie") if "Max-Age=0" in cookie.split("; ")]
    expired = {(cookie.split("=")[0], path) for cookie in removals for path in cookie.split("; ") if "Path=" in path}
    for path in ("/", "/jupyterhub", "/jupyterhub/hub", "/jupyterhub/hub/lms-login"):
        assert ("", f"Path={path}") in expired, path
    assert ("tenarai_hub", "Path=/jupyterhub") in expired
    assert ("tenarai_hub", "Path=/jupyterhub/hub") not in expired


def test_a_token_does_not_open_the_session_of_somebody_else(person: Browser) -> None:
    lms = person.hub.lms
    mine = lms.sign_in("u9001")
    stranger = Browser(person.hub, person.user)
    stranger.take_ticket(lms.ticket(mine, sub=person.user))
    assert stranger.notebook().status_code == 401


def test_another_persons_notebook_is_refused(person: Browser) -> None:
    other = Browser(person.hub, "u9002")
    other.sign_in()
    page = other.notebook(user=person.user)
    assert page.status_code == 403
    assert owner_of(page.text) is None


def test_after_an_account_switch_the_browser_lands_on_the_others_notebook(person: Browser, hub: RunningHub) -> None:
    assert owner_of(person.notebook().text) == person.user
    bob = "u9003"
    hub.start_server(bob)
    person.sign_in(bob)  # the same browser, and the hub's cookies of the first are still in it
    assert owner_of(person.notebook(user=bob).text) == bob
    # a hub page is the second person's, too
    assert person.visit("hub/home").status_code == 200

    def refused() -> bool:
        page = person.notebook()
        return page.status_code in (401, 403) and owner_of(page.text) is None

    wait_for(refused, "the first person's notebook is closed to the second", 20)
    hub.api("DELETE", f"users/{bob}/server")


def test_right_after_the_switch_hub_pages_never_show_the_first_person(person: Browser, hub: RunningHub) -> None:
    person.notebook()
    person.sign_in("u9004")
    answer = person.visit("hub/api/user", FETCH | {"X-XSRFToken": _xsrf(person)})
    assert person.user not in answer.text


def test_sign_out_closes_hub_and_notebook(person: Browser) -> None:
    assert person.notebook().status_code == 200
    assert person.session is not None
    person.session.active = False
    assert person.visit("hub/home").status_code == 401
    wait_for(lambda: person.notebook().status_code in (401, 403), "the notebook is closed", 20)
    api = person.visit(f"user/{person.user}/api/contents/{HANDOUT}", FETCH)
    assert api.status_code == 403


def test_after_signing_in_again_the_same_browser_has_its_notebook_again(person: Browser) -> None:
    assert owner_of(person.notebook().text) == person.user
    assert person.session is not None
    person.session.active = False
    wait_for(lambda: owner_of(person.notebook().text) is None, "the notebook is closed", 20)
    person.sign_in()
    assert owner_of(person.notebook().text) == person.user


def test_signing_out_in_one_browser_leaves_the_other_signed_in(person: Browser) -> None:
    other = Browser(person.hub, person.user)
    other.sign_in()
    assert person.notebook().status_code == other.notebook().status_code == 200
    assert person.session is not None
    person.session.active = False
    wait_for(lambda: person.notebook().status_code in (401, 403), "the notebook is closed in one browser", 20)
    assert other.notebook().status_code == 200


def test_without_a_living_cookie_the_hub_forgets_the_browser(person: Browser) -> None:
    person.notebook()
    person.web.cookies.clear("localhost.local", "/jupyterhub/hub", "tenarai_hub")
    assert person.visit("hub/home").status_code == 401


def test_an_lms_that_restarts_does_not_throw_people_out(person: Browser) -> None:
    assert person.notebook().status_code == 200
    person.hub.lms.down = True
    try:
        assert person.visit(f"user/{person.user}/api/status").status_code == 200
        assert person.visit("hub/home").status_code == 200
    finally:
        person.hub.lms.down = False


def test_nobody_new_gets_in_while_the_lms_is_down(person: Browser) -> None:
    stranger = Browser(person.hub, "u9005")
    stranger.sign_in()
    person.hub.lms.down = True
    try:
        page = stranger.visit("hub/home")
        assert page.status_code in (401, 503)
    finally:
        person.hub.lms.down = False


# What JavaScript in a notebook, which shares the hub's origin here, could try with its owner's cookies.


def _xsrf(browser: Browser) -> str:
    tokens = [cookie.value for cookie in browser.web.cookies if cookie.name == "_xsrf" and "/hub" in cookie.path]
    return tokens[0] or "" if tokens else ""


@pytest.mark.parametrize("headers", [FETCH, NO_CORS, {"Sec-Fetch-Mode": "navigate"}, {}], ids=str)
@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/x-www-form-urlencoded"])
def test_no_request_of_a_page_mints_a_token(person: Browser, headers: dict[str, str], kind: str) -> None:
    person.notebook()
    minted = person.post(f"hub/api/users/{person.user}/tokens", {**headers, "Content-Type": kind}, data='{"note":"x"}')
    assert minted.status_code in (400, 403, 415), minted.text
    assert "token" not in minted.headers.get("Content-Type", "")
    assert '"token"' not in minted.text


def test_not_even_with_the_right_xsrf_token(person: Browser) -> None:
    person.notebook()
    person.visit("hub/home")
    headers = FETCH | {"X-XSRFToken": _xsrf(person), "Content-Type": "application/json"}
    assert headers["X-XSRFToken"]
    minted = person.post(f"hub/api/users/{person.user}/tokens", headers, data="{}")
    assert minted.status_code == 403
    assert '"token"' not in minted.text


def test_a_page_of_the_hub_that_is_fetched_holds_no_key(person: Browser) -> None:
    person.notebook()
    person.visit("hub/home")
    for path in ("hub/home", "hub/token", "hub/nowhere", f"hub/spawn/{person.user}", "hub/admin"):
        page = person.visit(path, FETCH)
        assert _xsrf(person) not in page.text, path
        assert "xsrf" not in page.text, path


def test_a_fetch_never_signs_in(person: Browser) -> None:
    stranger = Browser(person.hub, person.user)
    stranger.sign_in()
    answer = stranger.visit("hub/lms-login", FETCH)
    assert answer.status_code in (401, 403)
    assert not [cookie for cookie in stranger.web.cookies if "hub-login" in cookie.name]


def test_the_token_in_a_server_reaches_little(person: Browser, kernel: Kernel) -> None:
    token = kernel.run("import os; print(os.environ['JUPYTERHUB_API_TOKEN'])").text.strip()
    hub, user = person.hub, person.user
    for method, path in [
        ("POST", f"users/{user}/tokens"),
        ("GET", f"users/{user}/tokens"),
        ("GET", "users"),
        ("POST", f"users/{user}/server"),
        ("DELETE", f"users/{user}/server"),
        ("POST", "users/u9999"),
        ("GET", "services"),
        ("GET", "proxy"),
    ]:
        assert hub.api(method, path, token=token)[0] in (403, 404), (method, path)


def test_a_learner_neither_starts_nor_stops_servers_at_the_hub(person: Browser) -> None:
    person.notebook()
    person.visit("hub/home")
    headers = FETCH | {"X-XSRFToken": _xsrf(person), "Content-Type": "application/json"}
    assert person.post(f"hub/api/users/{person.user}/server", headers, data="{}").status_code == 403
    assert person.visit("hub/api/users", FETCH | {"X-XSRFToken": _xsrf(person)}).status_code == 403


def test_pages_are_framed_by_the_site_only_and_open_to_no_opener(person: Browser) -> None:
    origin = person.hub.lms.url
    for path in ("hub/home", "hub/lms-login", f"user/{person.user}/notebooks/{HANDOUT}", "hub/nowhere"):
        headers = person.visit(path).headers
        ancestors = headers["Content-Security-Policy"].partition("frame-ancestors ")[2].partition(";")[0]
        assert ancestors == origin, path
        assert headers["X-Content-Type-Options"] == "nosniff"
        if path.startswith("hub/"):
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path


def test_no_cookie_of_the_lms_goes_to_a_learners_server(person: Browser) -> None:
    sent: list[tuple[str, str]] = []
    page = person.notebook()
    for response in [*page.history, page]:
        sent.append((response.request.path_url, str(response.request.headers.get("Cookie", ""))))
    assert any("tenarai_hub" in cookies for path, cookies in sent if path.startswith("/jupyterhub/hub/"))
    assert not [path for path, cookies in sent if "tenarai_" in cookies and not path.startswith("/jupyterhub/hub/")]
