"""A Stripe on loopback that the real library talks to: stateful, form-encoded, with signed webhooks and a clock.

    with stripe_server() as stripe:
        stripe.pay(session_id)                     # the customer pays on the Checkout page; `stripe.url` + /pay/{id} is its page
        stripe.deliver(post, shuffle=True, twice=True, at_once=20)   # post(body, headers) -> status
        stripe.advance(days=30)                    # renewals, retries and endings that fall due

What it is asked stands in `journal`; `fail(status=429, times=1)` makes the next calls fail, with `after=True` once they
have had their effect. Amounts are minor units, as Stripe has them.
"""

import hmac
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import orjson

from tests.fakes.stripe import creators, discounts, pages, paying, saving, subscribing
from tests.fakes.stripe.routes import answer
from tests.fakes.stripe.state import DAY, Object, Refusal, State, decoded

SECRET_KEY = "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc"
WEBHOOK_SECRET = "whsec_" + "q3vX0Zr8mKp2Yt6Bn1Wd5Hs9"
Post = Callable[[bytes, dict[str, str]], int]


def signature(body: bytes, secret: str = WEBHOOK_SECRET, at: float | None = None) -> str:
    """The `Stripe-Signature` header of a body: https://docs.stripe.com/webhooks/signature."""
    stamp = int(time.time() if at is None else at)
    mac = hmac.new(secret.encode(), b"%d." % stamp + body, sha256).hexdigest()
    return f"t={stamp},v1={mac}"


class StripeServer:
    """The server's state, and what a test does in the place of customers, banks and Stripe itself."""

    def __init__(self, port: int = 0) -> None:
        self.state = State()
        self.webhook_url = ""
        self.reset()
        told = self

        class Handler(_Handler):
            server_of = told

        self.http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.http.daemon_threads = True
        self.host = f"127.0.0.1:{self.http.server_port}"
        self.url = f"http://{self.host}"

    def reset(self) -> None:
        """Forget everything."""
        self.state.reset()
        self.faults: list[tuple[int, bool]] = []
        self.delay = 0.0

    @property
    def journal(self) -> list[tuple[str, str, Object, dict[str, str]]]:
        """Method, path, form and headers of every call so far."""
        return self.state.journal

    def asked(self, method: str, path: str) -> list[Object]:
        """The forms of calls of one kind."""
        return [form for how, where, form, _ in self.journal if (how, where) == (method, path)]

    def fail(self, *, status: int = 500, times: int = 1, after: bool = False) -> None:
        """Let the next calls fail; with status 0 the connection breaks."""
        self.faults += [(status, after)] * times

    def objects(self, kind: str) -> list[Object]:
        """All objects of a kind, oldest first."""
        return list(self.state.each(kind, account=None))

    def get(self, object_id: str) -> Object:
        """An object itself: changing it changes the state."""
        return self.state.objects[object_id]

    def events(self, kind: str = "") -> list[Object]:
        """All events so far, oldest first, or those of one type."""
        return [event for event in self.state.each("event") if not kind or event["type"] == kind]

    # --- People -----------------------------------------------------------------------------------------------------

    def pay(self, session_id: str, *, delayed: bool = False, promotion: str = "") -> Object:
        """Pay on a Checkout page. With `delayed`, by a method that takes days: `settle` ends it."""
        with self.state.lock:
            session = self._open(session_id)
            session["_promotion"] = promotion
            paying.summed(self.state, session)
            if session["mode"] == "subscription":
                subscribing.subscribe(self.state, session)
            elif session["mode"] == "setup":
                saving.save_card(self.state, session)
            else:
                paying.pay_once(self.state, session, delayed=delayed)
            discounts.redeem(self.state, promotion)
        self._tell()
        return session

    def decline(self, session_id: str) -> None:
        """Try to pay with a card that is declined; the page stays open."""
        with self.state.lock:
            session = self._open(session_id)
            intent = self.state.new(
                "payment_intent",
                amount=session["amount_total"],
                amount_received=0,
                currency=session["currency"],
                customer=session["customer"],
                metadata=(session["_given"].get("payment_intent_data") or {}).get("metadata") or {},
                status="requires_payment_method",
                latest_charge=None,
            )
            paying.fail(self.state, intent)
        self._tell()

    def settle(self, session_id: str, *, paid: bool = True) -> None:
        """A delayed payment arrives, or fails."""
        with self.state.lock:
            paying.settle(self.state, self.get(session_id), paid=paid)
        self._tell()

    def expire(self, session_id: str) -> None:
        """Nobody pays on a page in time."""
        with self.state.lock:
            session = self._open(session_id)
            session |= {"status": "expired", "url": None}
            self.state.emit("checkout.session.expired", session)
        self._tell()

    def refund(self, payment_intent: str, amount: int | None = None) -> Object:
        """Refund from Stripe's own pages."""
        with self.state.lock:
            given = {"payment_intent": payment_intent} | ({"amount": amount} if amount else {})
            made = paying.create_refund(self.state, given)
        self._tell()
        return made

    def fail_refund(self, refund_id: str) -> None:
        """The bank sends a refund back."""
        with self.state.lock:
            paying.fail_refund(self.state, self.get(refund_id))
        self._tell()

    def dispute(self, payment_intent: str, amount: int | None = None) -> Object:
        """The customer's bank takes a payment back."""
        with self.state.lock:
            made = paying.open_dispute(self.state, payment_intent, amount)
        self._tell()
        return made

    def close_dispute(self, dispute_id: str, *, won: bool) -> None:
        """The bank decides."""
        with self.state.lock:
            paying.close_dispute(self.state, self.get(dispute_id), won=won)
        self._tell()

    def fail_invoice(self, subscription_id: str) -> None:
        """From now on the cards of a subscription's customer are declined."""
        self.state.declined.add(self.get(subscription_id)["customer"])

    def mend_card(self, subscription_id: str) -> None:
        """The customer enters a card that works; what is open is tried again."""
        with self.state.lock:
            self.state.declined.discard(self.get(subscription_id)["customer"])
            for invoice in self.objects("invoice"):
                about = (invoice["parent"] or {}).get("subscription_details") or {}
                if about.get("subscription") == subscription_id and invoice["status"] == "open":
                    subscribing.attempt(self.state, invoice)
        self._tell()

    def onboard(self, account_id: str) -> None:
        """A creator answers all that Stripe asks."""
        with self.state.lock:
            creators.onboard(self.state, self.get(account_id))
        self._tell()

    def restrict(self, account_id: str) -> None:
        """Stripe wants more of a creator, and pays nothing until then."""
        with self.state.lock:
            creators.restrict(self.state, self.get(account_id))
        self._tell()

    def payout(self, account_id: str = "", *, paid: bool = True) -> Object:
        """A balance goes to its owner's bank, which takes it or sends it back."""
        with self.state.lock:
            made = creators.pay_out(self.state, account_id)
            creators.end_payout(self.state, made, paid=paid)
        self._tell()
        return made

    def fund(self, amount: int) -> None:
        """Put money into the platform's balance, as if it had been there."""
        with self.state.lock:
            self.state.moved("topup", amount, "tu_1")

    def advance(self, *, days: float) -> None:
        """Let time pass, with all that falls due in it."""
        with self.state.lock:
            until = self.state.now() + int(days * DAY)
            subscribing.pass_time(self.state, until)
            self.state.ahead += max(until - self.state.now(), 0)
        self._tell()

    def _open(self, session_id: str) -> Object:
        session = self.state.get(session_id, "checkout.session")
        assert session["status"] == "open", f"the page is {session['status']}"
        return session

    # --- Webhooks -----------------------------------------------------------------------------------------------------

    def deliver(
        self, post: Post, *, shuffle: int | bool = False, twice: bool = False, at_once: int = 1
    ) -> list[int]:
        """Send what was not delivered yet; what is not answered with 2xx is kept for the next time.

        Args:
            shuffle: in another order than it happened; a number is the seed.
            twice: each of them twice.
            at_once: how many are sent beside each other.

        Returns:
            The statuses.
        """
        with self.state.lock:
            events, self.state.undelivered = self.state.undelivered, []
        sending = events * 2 if twice else list(events)
        if shuffle is not False:
            random.Random(shuffle).shuffle(sending)
        with ThreadPoolExecutor(at_once) as threads:
            statuses = list(threads.map(lambda event: self.send(post, event), sending))
        missed = {event["id"] for event, status in zip(sending, statuses, strict=True) if status >= 300}
        with self.state.lock:
            self.state.undelivered += [event for event in events if event["id"] in missed]
        return statuses

    def send(self, post: Post, event: Object, *, secret: str = WEBHOOK_SECRET, late: float = 0.0) -> int:
        """Send one event, signed `late` seconds ago."""
        body = orjson.dumps(self.state.expanded(event, []))
        headers = {"Stripe-Signature": signature(body, secret, time.time() - late)}
        return post(body, headers)

    def _tell(self) -> None:
        if self.webhook_url:
            self.deliver(self._post)

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        given = headers | {"Content-Type": "application/json"}
        return httpx2.post(
            self.webhook_url, content=body, headers=given, trust_env=False, timeout=60
        ).status_code


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: StripeServer

    def _serve(self) -> None:
        told, parts = self.server_of, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if not parts.path.startswith("/v1/"):
            status, said, headers = pages.serve(told, self.command, parts.path, parts.query, body)
            self._reply(status, said.encode(), {"Content-Type": "text/html; charset=utf-8"} | headers)
            return
        form = decoded(
            parse_qsl(parts.query + ("&" if parts.query and body else "") + body, keep_blank_values=True)
        )
        headers = {name.lower(): value for name, value in self.headers.items()}
        time.sleep(told.delay)
        with told.state.lock:
            told.state.journal.append((self.command, parts.path, orjson.loads(orjson.dumps(form)), headers))
            fault = told.faults.pop(0) if told.faults else None
            if fault and not fault[1]:
                self._fail(fault[0])
                return
            status, said, more = self._answer(parts.path, form, headers)
        if fault:
            self._fail(fault[0])
            return
        self._say(status, said, more)

    do_GET = do_POST = do_DELETE = _serve

    def _answer(self, path: str, form: Object, headers: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        told = self.server_of
        key = headers.get("authorization", "").removeprefix("Bearer ")
        if key not in (SECRET_KEY, SECRET_KEY.replace("test", "live")):
            return (
                401,
                {"error": {"message": "Invalid API Key provided", "type": "invalid_request_error"}},
                {},
            )
        key = headers.get("idempotency-key", "") if self.command == "POST" else ""
        account = headers.get("stripe-account", "")
        call = f"{self.command} {path} {account} {sorted_json(form)}"
        if key and key in told.state.kept:
            before, status, said = told.state.kept[key]
            if before != call:
                message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
                return 400, {"error": {"message": message, "type": "idempotency_error"}}, {}
            return status, said, {"Idempotent-Replayed": "true"}
        try:
            status, said = 200, answer(told.state, self.command, path, form, account, told.url)
        except Refusal as refusal:
            status, said = refusal.status, {"error": refusal.body}
        if key:
            told.state.kept[key] = (call, status, orjson.loads(orjson.dumps(said)))
        return status, said, {}

    def _fail(self, status: int) -> None:
        if not status:
            self.close_connection = True
            self.connection.close()
            return
        kind = "rate_limit_error" if status == 429 else "api_error"
        code = {"code": "rate_limit"} if status == 429 else {}
        self._say(status, {"error": {"message": "Try again.", "type": kind} | code}, {})

    def _say(self, status: int, said: Any, more: dict[str, str]) -> None:
        self._reply(
            status, orjson.dumps(said), {"Content-Type": "application/json", "Request-Id": "req_1"} | more
        )

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


def sorted_json(form: Object) -> str:
    """The same text for the same form."""
    return orjson.dumps(form, option=orjson.OPT_SORT_KEYS).decode()


@contextmanager
def stripe_server(port: int = 0) -> Iterator[StripeServer]:
    """Run one, at a free port where none is given."""
    server = StripeServer(port)
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()
        thread.join()
