"""Who may use the control port: no page of another site, and where others reach it, only who knows its token."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from mediaprep.emulator.address import EmulatorAddress
from mediaprep.emulator.messages import Call, Reply, json_reply

PAGE = "/control/ui"


@dataclass(frozen=True, kw_only=True)
class ControlAccess:
    """`token` "" = only this machine reaches it, and none is needed. A browser keeps the token as a cookie, called
    after `port`, since cookies are all ports' of a host; `secure` = it goes over https only."""

    token: str
    port: int
    secure: bool = False

    @classmethod
    def at(cls, here: EmulatorAddress, token: str) -> ControlAccess:
        """Of an emulator at that address."""
        return cls(token=token if here.public else "", port=here.port, secure=here.url.startswith("https:"))

    def refused(self, call: Call) -> Reply | None:
        """What is answered instead, None: come in. The page, asked for with its token, gives the browser the cookie and
        sends it on, so that the token stays in no address bar."""
        origin = call.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != call.host.lower():
            return json_reply({"error": "not for pages of other sites", "zh": "不接受其他网站的页面"}, 403)
        if not self.token:
            return None
        asked = dict(call.pairs).get("token", "")
        if call.path == PAGE and self._right(asked):
            kept = f"{self._cookie}={self.token}; Path=/control; HttpOnly; SameSite=Lax"
            return Reply(
                status=303,
                headers={"Location": PAGE, "Set-Cookie": kept + "; Secure" * self.secure, "Cache-Control": "no-store"},
            )  # fmt: skip
        bearer = call.headers.get("authorization", "").removeprefix("Bearer ")
        if any(map(self._right, (asked, bearer, self._kept(call)))):
            return None
        told = {
            "error": "the control port needs its token (control_token of the ready line): Authorization: Bearer TOKEN, "
            "or ?token=TOKEN",
            "zh": "访问控制端口须带令牌（就绪行中的 control_token）：Authorization: Bearer 令牌，或 ?token=令牌",
        }
        reply = json_reply(told, 401)
        return dataclasses.replace(reply, headers={**reply.headers, "WWW-Authenticate": "Bearer"})

    @property
    def _cookie(self) -> str:
        return f"mediaprep_control_{self.port}"

    def _kept(self, call: Call) -> str:
        try:
            found = SimpleCookie(call.headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return ""
        return found.value if found else ""

    def _right(self, said: str) -> bool:
        return secrets.compare_digest(said.encode(), self.token.encode())
