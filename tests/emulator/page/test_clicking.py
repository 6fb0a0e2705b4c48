"""The page as a person uses it: Chromium clicks through it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from tests.conftest import program
from tests.emulator.wire import S3, call, finish, send, submit

pytestmark = pytest.mark.needs("chromium", "chromedriver")

BASIC = {
    "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294",
    "InputSsml": "你好，大家好",
    "Remark": "<b>大家</b><img src=x onerror=alert(1)>",
    "SpeechParam": {"Speed": 1.0},
    "VideoParam": {"Format": "Mp4"},
}
TTS = {"TimbreKey": "female_1", "InputSsml": "你好，大家好", "Speed": 1.0}
BROKEN_OFF = "return performance.getEntriesByType('resource').map(it => new URL(it.name).origin)"


class Page:
    """The page in Chromium."""

    def __init__(self, driver: Chrome, emulator: Emulator) -> None:
        self.driver, self.emulator = driver, emulator

    def open(self, url: str = "", lang: str = "en") -> None:
        self.driver.get(url or f"{self.emulator.control}/ui?lang={lang}")
        self.until(lambda: "good" in str(self.one("#live").get_attribute("class")))

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return str(
            self.driver.execute_script(
                "return document.querySelector(arguments[0])?.innerText ?? ''", selector
            )
        )  # type: ignore[no-untyped-call]

    def click(self, selector: str) -> None:
        self.until(lambda: self.all(selector))
        self.driver.execute_script("document.querySelector(arguments[0]).click()", selector)  # type: ignore[no-untyped-call]

    def until(self, true: Any, seconds: float = 30) -> None:
        WebDriverWait(self.driver, seconds, 0.1).until(lambda _: true())

    def says(self, selector: str, words: str) -> None:
        """Waits until it does."""
        self.until(lambda: words in self.text(selector))


@pytest.fixture(scope="module")
def driver() -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = str(program("chromium"))
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--mute-audio",
                 "--autoplay-policy=no-user-gesture-required", "--lang=en", "--no-proxy-server"):  # fmt: skip
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    running = Chrome(options, Service(executable_path=program("chromedriver")))
    yield running
    running.quit()


@pytest.fixture(scope="module")
def emulated() -> Iterator[Emulator]:
    with Emulator(Options(no_render=True)) as emulator:
        yield emulator


@pytest.fixture
def page(driver: Chrome, emulated: Emulator) -> Iterator[Page]:
    assert send("POST", f"{emulated.control}/reset").status == 200
    page = Page(driver, emulated)
    yield page
    log = driver.get_log("browser")  # type: ignore[no-untyped-call]
    assert [line for line in log if line["level"] == "SEVERE" and line["source"] != "network"] == []
    origins = driver.execute_script(BROKEN_OFF)  # type: ignore[no-untyped-call]
    assert {origin for origin in origins if origin != page.emulator.gateway} == set()


def test_a_task_runs_its_result_plays_and_after_seven_days_it_is_gone(page: Page) -> None:
    page.open()
    page.says("#no-tasks", "No task")
    page.click("#fault-do")
    emulator = page.emulator
    assert (
        send(
            "POST", f"{emulator.control}/faults", b'{"rules": [{"do": "fetch-late", "seconds": 1.5}]}'
        ).status
        == 200
    )
    task = submit(emulator, "basic", BASIC)
    row = f'#tasks tr[data-task="{task}"]'
    page.until(lambda: page.all(f"{row}[data-state=COMMIT], {row}[data-state=MAKING]"))
    page.until(lambda: page.all(f"{row}[data-state=SUCCESS]"))
    page.click(row)
    page.says("#task", "k3dda2d3b56f4ec89778f2e032c2e294")
    assert "<b>大家</b>" in page.text("#task")  # words, not markup
    assert page.driver.execute_script("return document.querySelectorAll('#task b, #task img').length") == 0  # type: ignore[no-untyped-call]
    played = (
        "const it = document.querySelector('#task video'); it.muted = true; it.play(); return it.duration"
    )
    page.until(lambda: (page.driver.execute_script(played) or 0) > 0.3)  # type: ignore[no-untyped-call]
    page.until(
        lambda: page.driver.execute_script("return document.querySelector('#task video').currentTime") > 0.2
    )  # type: ignore[no-untyped-call]
    assert page.driver.execute_script("return document.querySelector('#task video').videoWidth") > 0  # type: ignore[no-untyped-call]
    url = finish(emulator, task)["MediaUrl"]
    assert send("HEAD", url).status == 200
    page.click('.move[data-seconds="604800"]')
    page.click('.move[data-seconds="3600"]')
    page.says("#task .gone", "Gone")
    assert page.all("#task video") == []
    assert send("GET", url).status == 404
    page.says("#clock-state", "608400 s")


@pytest.mark.parametrize(
    ("fault", "parameters", "told"),
    [
        ("code", {"code": "100013"}, "100013"),
        ("code", {"code": "-101001", "message": "busy"}, "-101001"),
        ("status", {"status": "502"}, "HTTP 502"),
        ("garbage", {}, ""),
        ("slots", {"places": "9"}, "100008"),
    ],
)
def test_a_fault_is_ordered_strikes_and_is_removed(
    page: Page, fault: str, parameters: dict[str, str], told: str
) -> None:
    page.open()
    Select(page.one("#fault-do")).select_by_value(fault)
    Select(page.one("#fault-on")).select_by_value("tts")
    for name, value in parameters.items():
        page.one(f'#fault-parameters input[name="{name}"]').send_keys(value)
    page.one("#fault-first").send_keys("1")
    page.click("#fault-order")
    page.says("#faults", f"{fault} (")
    assert page.text("#problem") == ""
    answer = call(page.emulator, "tts", TTS)
    assert told in (f"HTTP {answer.status}" if answer.status != 200 else answer.body.decode())
    page.says("#faults", "struck 1")
    page.says("#journal", "a fault on order")
    assert call(page.emulator, "tts", TTS).code == 0
    page.click("#faults .remove")
    page.says("#faults", "nothing goes wrong")
    assert send("GET", f"{page.emulator.control}/faults").json["rules"] == []


def test_a_fault_that_cannot_be_is_refused_in_words(page: Page) -> None:
    page.open()
    Select(page.one("#fault-do")).select_by_value("status")
    page.one('#fault-parameters input[name="status"]').send_keys("99")
    page.click("#fault-order")
    page.says("#problem", "greater than or equal to 400")


def test_an_exchange_says_why_it_was_refused_and_what_was_misspelt(page: Page) -> None:
    page.open()
    call(page.emulator, "tts", {**TTS, "Speed": 9, "Volum": 1})
    page.says("#journal", "100001")
    page.says("#journal", "unknown parameter Volum (meant: Volume)")
    page.click('#journal tr[data-kind="tts"]')
    page.says("#exchange", '"InputSsml"')
    shown = json.loads(page.text("#exchange pre"))
    assert shown["refused"]["violations"][0]["parameter"] == "Speed"
    assert page.emulator.appkey not in page.driver.page_source


def test_inputs_are_shown(page: Page) -> None:
    s3 = S3.of(page.emulator)
    sound = send("GET", finish(page.emulator, submit(page.emulator, "tts", TTS))["MediaUrl"]).body
    assert s3.request("PUT", "/mediaprep/a.mp3", sound).status == 200
    notrain = {
        "RefVideoUrl": s3.presign("GET", "/mediaprep/v.mp4"),
        "DriverType": "OriginalVoice",
        "InputAudioUrl": s3.presign("GET", "/mediaprep/a.mp3"),
    }
    assert s3.request("PUT", "/mediaprep/v.mp4", sound).status == 200
    task = submit(page.emulator, "notrain", notrain)
    finish(page.emulator, task)
    page.open()
    page.click(f'#tasks tr[data-task="{task}"]')
    page.says("#task", "InputAudioUrl")
    for button in page.all("#task li button"):
        button.click()
    heard = "const it = document.querySelector('#task audio'); return it && it.duration"
    page.until(lambda: (page.driver.execute_script(heard) or 0) > 0.3)  # type: ignore[no-untyped-call]


def test_it_speaks_both_languages_and_remembers(page: Page) -> None:
    page.open(lang="zh")
    assert page.text("#h-tasks") == "任务"
    call(page.emulator, "tts", {**TTS, "Speed": 9})
    page.says("#journal", "Speed")
    assert re.search(r"[\u4e00-\u9fff]", page.text("#journal"))
    page.click("#language")
    assert page.text("#h-tasks") == "Tasks"
    page.open(f"{page.emulator.gateway}/")  # the port itself leads here
    assert page.driver.current_url == f"{page.emulator.control}/ui"
    assert page.text("#h-tasks") == "Tasks"


def test_reset_empties_it_at_once(page: Page) -> None:
    finish(page.emulator, submit(page.emulator, "tts", TTS))
    page.open()
    page.until(lambda: page.all("#tasks tr"))
    page.click("#reset")
    page.driver.switch_to.alert.accept()
    page.says("#no-tasks", "No task")
    page.says("#no-exchanges", "No call")


def test_where_others_reach_it_the_page_takes_its_token_and_hides_it(driver: Chrome) -> None:
    with Emulator(Options(no_render=True, public_url="http://localhost:1")) as probe:
        port = probe._access.port
    options = Options(no_render=True, port=port, public_url=f"http://localhost:{port}")
    with Emulator(options) as emulator:
        page = Page(driver, emulator)
        assert json.loads(emulator.ready_line())["page"] == emulator.page
        page.open(emulator.page)
        token = emulator.page.partition("token=")[2]
        assert token and token not in driver.current_url and token not in driver.page_source
        submit(emulator, "tts", TTS)
        page.until(lambda: page.all("#tasks tr[data-state=SUCCESS]"))
        page.click('.move[data-seconds="86400"]')
        page.says("#clock-state", "86400 s")
        driver.delete_all_cookies()
        driver.get(f"{emulator.control}/ui")
        assert "control_token" in driver.page_source
