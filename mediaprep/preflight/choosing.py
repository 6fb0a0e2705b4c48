"""Which findings count: chosen by prefix, waived with a reason, and what waivers there are no more use for."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import replace

from mediaprep.contract import profiles
from mediaprep.contract.paths import under
from mediaprep.model.findings import FileReport, Finding, Text, Verdict, Waived
from mediaprep.model.waivers import Waiver


class Choosing:
    """Applied to one report after the other; remembers which waivers were of use. Raises BadConfig for a
    prefix under which there is no rule."""

    def __init__(
        self,
        *,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        waivers: Iterable[Waiver] = (),
        today: datetime.date,
        profile: str = profiles.DEFAULT,
    ) -> None:
        self.select = tuple(_checked(prefix, profile) for prefix in select)
        self.ignore = tuple(_checked(prefix, profile) for prefix in ignore)
        self.waivers = tuple(waivers)
        for waiver in self.waivers:
            _checked(waiver.rule, profile)
        self.today = today
        self._tried: set[int] = set()  # waivers about a file that was judged
        self._used: set[int] = set()

    def report(self, report: FileReport) -> FileReport:
        """The report with what is waived set apart and what was not chosen left out."""
        about = [waiver for waiver in self.waivers if waiver.matches(report.path)]
        self._tried |= {waiver.number for waiver in about}
        left: list[Finding] = []
        waived: list[Waived] = list(report.waived)
        for finding in report.findings:
            by = next((w for w in about if under(finding.rule, w.rule) and not w.expired(self.today)), None)
            if by is None:
                left.append(finding)
            else:
                self._used.add(by.number)
                waived.append(Waived(finding=finding, reason=by.reason, expires=by.expires))
        return replace(
            report,
            findings=tuple(finding for finding in left if self.chosen(finding.rule)),
            waived=tuple(entry for entry in waived if self.chosen(entry.finding.rule)),
        )

    def chosen(self, rule: str) -> bool:
        """Whether findings of this rule are wanted: selected (or nothing is) and not ignored."""
        wanted = not self.select or any(under(rule, prefix) for prefix in self.select)
        return wanted and not any(under(rule, prefix) for prefix in self.ignore)

    def leftovers(self, exists: Callable[[str], bool]) -> tuple[Finding, ...]:
        """Advice on waivers, once every file was judged. A waiver about files that were not judged now may
        still be needed; one about a single file that is gone is not."""
        found = []
        for waiver in self.waivers:
            if waiver.expired(self.today):
                found.append(_expired(waiver))
            elif waiver.number not in self._used and (
                waiver.number in self._tried or (waiver.one_file and not exists(waiver.path))
            ):
                found.append(_unused(waiver))
        return tuple(finding for finding in found if self.chosen(finding.rule))


def _checked(prefix: str, profile: str) -> str:
    from mediaprep.preflight.rulebook.rulebook import checked_prefix  # all rules: only where some are named

    return checked_prefix(prefix, profile)


def _expired(waiver: Waiver) -> Finding:
    return Finding(
        rule="waivers.expired",
        verdict=Verdict.ADVISED,
        measured=str(waiver.expires),
        limit="a day to come",
        message=Text(
            f"the waiver of {waiver.rule} for {waiver.path} expired on {waiver.expires} ({waiver.reason})",
            f"{waiver.path} 的 {waiver.rule} 豁免已于 {waiver.expires} 过期（{waiver.reason}）",
        ),
        fix=Text("mend the file, or give a new day and reason", "修复文件，或写明新的期限与理由"),
        where=f"waiver {waiver.number}",
    )


def _unused(waiver: Waiver) -> Finding:
    return Finding(
        rule="waivers.unused",
        verdict=Verdict.ADVISED,
        measured=0,
        limit="waives something",
        message=Text(
            f"the waiver of {waiver.rule} for {waiver.path} waives nothing ({waiver.reason})",
            f"{waiver.path} 的 {waiver.rule} 豁免没有作用（{waiver.reason}）",
        ),
        fix=Text("remove it", "删除该豁免"),
        where=f"waiver {waiver.number}",
    )
