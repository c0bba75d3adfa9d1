"""Served is live at every instant, whatever came before: site, syncs, crashes, clock and persons in any order."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pipelines.records import Outcome
from pipelines.store import deciding
from pipelines.store.publishing import expire
from tests.postgres import Cluster
from tests.properties.base import TTL, TTL_PAGES, Base, Bot
from tests.properties.clock import Clock
from tests.properties.site import CARDS, OFFERS, OWN, PAGES, TWIN, Site, brought_home
from tests.properties.truth import Answer, Ranges, Truth

__all__ = ["ServedIsLive", "machine_on"]

_DEAD_LEASE = ("leases_are_held",)
_MICROSECOND, HOUR = timedelta(microseconds=1), timedelta(hours=1)
# what says nothing of a page
_FAULTS = (
    Outcome.SERVER_ERROR, Outcome.NETWORK, Outcome.BLOCKED, Outcome.CHALLENGE, Outcome.TRUNCATED, Outcome.ROBOTS_DENIED,
    Outcome.MISSING, Outcome.GONE, Outcome.MOVED_OFF_SCOPE,
)  # fmt: skip

steps = st.sampled_from((0.1, 0.5, 1, 2, 7, 25, 31, 100)).map(lambda h: h * HOUR)


@st.composite
def windows(draw: st.DrawFn) -> tuple[tuple[int | None, int | None], ...]:
    """Hours from now: without end, bounded on either side, on several occasions, or never."""
    bounds = sorted(draw(st.sets(st.integers(-20, 120), max_size=5)))
    pairs: list[tuple[int | None, int | None]] = list(zip(bounds[::2], bounds[1::2], strict=False))
    if not pairs:
        return draw(st.sampled_from([((None, None),), ((None, None),), ()]))
    if draw(st.booleans()):
        pairs[0] = (None, pairs[0][1])
    if draw(st.integers(0, 3)) == 0:
        pairs[-1] = (pairs[-1][0], None)
    return tuple(pairs)


class ServedIsLive(RuleBasedStateMachine):
    """One source; what it serves is held against what is true after each step, now and at every bound to come."""

    cluster: Cluster
    template: str

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        database = self.open.enter_context(self.cluster.database(self.template))
        owner = self.open.enter_context(database.connect())
        self.clock = Clock(database, owner)
        self.base = Base(owner, self.clock)
        self.bot = Bot(self.open.enter_context(database.connect("reader")), self.clock)
        self.site = Site()
        self.truth = Truth(TTL, TTL_PAGES)
        self.disturbed = False  # a run died since removals were held
        self.touched = False  # something happened since it was last held against what is true

    def teardown(self) -> None:
        """Give the database back."""
        self.open.close()

    # ---------------------------------------------------------------- the site changes

    @rule(name=st.sampled_from(OFFERS), window=windows(), otherwise=st.booleans())
    def say(self, name: str, window: tuple[tuple[int | None, int | None], ...], otherwise: bool) -> None:
        """An offer gets another window, or another price and text as well."""
        self.site.say(name, self._ranges(window), otherwise=otherwise)

    @rule(name=st.sampled_from((*CARDS, TWIN)))
    def list_or_not(self, name: str) -> None:
        """A card leaves the list, or comes back."""
        self.site.listed ^= {name}

    @rule(page=st.sampled_from(PAGES), state=st.sampled_from(("up", "up", "gone", "missing", "empty")))
    def turn(self, page: str, state: str) -> None:
        """A page is taken down, loses its offers, or comes back."""
        self.site.states[page] = state  # type: ignore[assignment]  # one of the literals

    @rule(name=st.sampled_from(OWN))
    def move(self, name: str) -> None:
        """A page moves to another address."""
        self.site.move(name)

    # ---------------------------------------------------------------- the clock

    @rule(by=steps)
    def wait(self, by: timedelta) -> None:
        """Time passes and no job runs."""
        self.touched = True
        self.clock.step(by)

    @rule(by=st.sampled_from((0.2, 2, 30)).map(lambda h: h * HOUR))
    def set_back(self, by: timedelta) -> None:
        """The clock had been wrong."""
        self.touched = True
        self.clock.step(-by)

    @rule()
    def sweep(self) -> None:
        """The sweep comes by."""
        self.touched = True
        expire(self.base.conn)

    # ---------------------------------------------------------------- syncs

    @precondition(lambda self: not self.truth.paused)
    @rule(
        after=steps,
        faults=st.dictionaries(st.integers(0, 7), st.sampled_from(_FAULTS), max_size=2),
        complete=st.sampled_from((True, True, True, False)),
        asks=st.booleans(),
        crash=st.one_of(st.just(0), st.just(0), st.integers(1, 16)),
    )
    def sync(self, after: timedelta, faults: dict[int, Outcome], complete: bool, asks: bool, crash: int) -> None:
        """A run looks at every page, some of which cannot be looked at, and may die on its way."""
        self.touched = True
        self.clock.step(after)
        told = self._told(faults, asks)
        pages = brought_home(self.site, told, self.clock.now)
        run = self.base.sync(pages, complete=complete, crash=crash)
        if run is None:
            self.disturbed = True
            self.clock.step(HOUR / 30)  # its lease passes
        else:
            self.disturbed = False
            self.truth.publish(run, self.clock.now, told, complete=complete)

    def _told(self, faults: dict[int, Outcome], asks: bool) -> dict[str, Answer]:
        """What the pages answer; `asks`: they are asked whether they changed."""
        told = dict(self.site.answers())
        movable = {self.site.homes[name] for name in OWN if self.site.left[name]} | {
            url for name in OWN for url in self.site.left[name]
        }
        for number, url in enumerate(told):
            known = self.truth.pages.get(url)
            if number in faults and url not in movable:
                told[url] = faults[number]
            elif asks and known is not None and known.says is not None and known.says == told[url]:
                told[url] = Outcome.NOT_MODIFIED
        return told

    @rule(crash=st.sampled_from((False, False, True)))
    def switch_models(self, crash: bool) -> None:
        """Another model serves."""
        self.touched = True
        self.base.switch(crash=crash)

    # ---------------------------------------------------------------- persons

    @rule(name=st.sampled_from((*OFFERS, TWIN)), hours=st.one_of(st.none(), st.integers(1, 60)))
    def withdraw(self, name: str, hours: int | None) -> None:
        """A person withdraws an entry, for ever or for some hours."""
        self.touched = True
        if name in self.truth.seen:
            until = None if hours is None else self.clock.now + hours * HOUR
            self.base.withdraw(name, until)
            self.truth.withdraw(name, until)

    @precondition(lambda self: self._withdrawn())
    @rule(pick=st.integers(0, 9))
    def restore(self, pick: int) -> None:
        """A person takes a withdrawal back."""
        self.touched = True
        names = self._withdrawn()
        name = names[pick % len(names)]
        self.base.restore(name)
        self.truth.restore(name)

    def _withdrawn(self) -> list[str]:
        return [name for name, until in self.truth.withdrawn.items() if until is None or until > self.clock.now]

    @precondition(lambda self: self.truth.held and not self.truth.paused and not self.disturbed)
    @rule()
    def approve(self) -> None:
        """A person lets go what waits."""
        self.touched = True
        approval = self.base.approve(self.truth.held_by)
        assert not approval.stayed
        self.truth.approve(approval.run)

    @precondition(lambda self: self.truth.runs)
    @rule(back=st.integers(1, 4))
    def rollback(self, back: int) -> None:
        """A person undoes the last runs."""
        self.touched = True
        back_to = self.truth.runs[-min(back, len(self.truth.runs))].run
        self.truth.rollback(self.base.rollback(back_to), back_to)

    @precondition(lambda self: self.truth.runs)
    @rule(sure=st.integers(0, 4))
    def remove(self, sure: int) -> None:
        """A person removes the source."""
        self.touched = True
        if sure == 0:
            self.truth.remove(deciding.remove_source(self.base.conn, "shop").run)

    @precondition(lambda self: self.truth.paused)
    @rule()
    def resume(self) -> None:
        """A person lets syncs look again."""
        self.touched = True
        deciding.resume(self.base.conn, "shop")
        self.truth.paused = False

    # ---------------------------------------------------------------- what must hold

    @invariant()
    def all_holds(self) -> None:
        """Served is live, the base is sound, nothing was embedded twice; after each rule that touched the base."""
        if self.touched:
            self.touched = False
            self._served_is_live()
            broken, twice = self.base.broken(), self.base.embedded_twice()
            # the lease of a run that died lasts longer by a clock that was set back since; the next run takes it
            waits = _DEAD_LEASE if self.clock.now < self.clock.latest else ()
            assert not [found for name, found in broken.items() if name not in waits], broken
            assert not twice, twice

    def _served_is_live(self) -> None:
        """By kb.offers and kb.search, now and on either side of every bound to come."""
        now = self.clock.now
        bounds = self.truth.bounds(now)
        for at in sorted({now, *bounds, *(bound - _MICROSECOND for bound in bounds)}):
            live = self.truth.live(at, self.clock.latest)
            offers = {shown for shown in live.perhaps if shown[1] is not None}
            for answer, most in ((self.bot.offered(at), offers), (self.bot.found(at), live.perhaps)):
                wrong, lost = answer - most, (live.surely & most) - answer
                assert not wrong, f"at {at} (now {now}) served and not live: {wrong}"
                assert not lost, f"at {at} (now {now}) live and not served: {lost}"

    def _ranges(self, window: tuple[tuple[int | None, int | None], ...]) -> Ranges:
        return tuple(
            (None if a is None else self.clock.now + a * HOUR, None if b is None else self.clock.now + b * HOUR)
            for a, b in window
        )


def machine_on(cluster: Cluster, template: str) -> type[ServedIsLive]:
    """The machine on clones of that template (`tests.properties.clock`)."""
    return type("ServedIsLiveHere", (ServedIsLive,), {"cluster": cluster, "template": template})
