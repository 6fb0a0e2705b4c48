// The emulator's page. Everything shown is set as text: what a request says is never markup.
const control = new URL("./", location.href.replace(/\/ui.*$/, "/ui")).pathname.replace(/\/$/, "");
const at = (path) => `${control}/${path}`;
const $ = (id) => document.getElementById(id);
const store = { get lang() { try { return localStorage.lang; } catch { return ""; } },
                set lang(value) { try { localStorage.lang = value; } catch { /* not allowed to keep it */ } } };
let words, lang, chosen = { task: "", exchange: 0 }, tasks = [], exchanges = [], clock = null, drawnTask = "";

const word = (name) => words[lang][name] ?? name;

function made(tag, given = {}, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...inside.filter((it) => it !== null && it !== undefined));
  return node;
}

async function asked(path, method = "GET", document = null) {
  const answer = await fetch(at(path), { method, body: document ? JSON.stringify(document) : null, cache: "no-store" });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error ?? `HTTP ${answer.status}`);
  return told;
}

async function done(path, method, document) {
  try {
    await asked(path, method, document);
    $("problem").hidden = true;
  } catch (error) {
    $("problem").textContent = `${word("refused")} ${error.message}`;
    $("problem").hidden = false;
  }
  await look();
}

// ── numbers and moments ──
const locale = () => (lang === "zh" ? "zh-CN" : "en-GB");
const moment = (seconds) => new Date(seconds * 1000).toLocaleString(locale(), { hour12: false });
const span = (seconds) => seconds === null || seconds === undefined ? "" : `${Math.round(seconds * 100) / 100} s`;
const colour = (state) => ({ SUCCESS: "good", FAIL: "bad" })[state] ?? "busy";
const pretty = (value) => made("pre", {}, JSON.stringify(value, null, 2));

// ── the side ──
function showAccount(account, health) {
  const settings = health.settings;
  const left = account.hours_left === null ? word("unlimited") : (account.hours_left / 3600).toFixed(3);
  const rows = { preset: settings.account ?? "", hours_left: left, deducted: span(account.deducted_seconds),
                 tasks_accepted: health.tasks, exclusive: settings.exclusive ?? "", speed: settings.speed };
  $("account").replaceChildren(...Object.entries(rows).flatMap(([name, value]) =>
    [made("dt", {}, word(name)), made("dd", { id: `account-${name}` }, String(value))]));
}

function showClock() {
  if (!clock) return;
  const run = clock.standing ? 0 : (performance.now() - clock.seen) / 1000;
  $("now").textContent = moment(clock.now + run);
  const ahead = clock.ahead > 1 ? `${word("ahead")} ${span(Math.round(clock.ahead))}` : "";
  $("clock-state").textContent = [clock.standing ? word("standing") : "", ahead].filter(Boolean).join(" · ");
}

function showFaults(rules) {
  const rows = rules.map((rule) => {
    const more = Object.entries(rule).filter(([name]) => !["name", "do", "matched", "struck"].includes(name));
    const told = more.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", ");
    const remove = made("button", { class: "remove", "data-name": rule.name,
      onclick: () => done(`faults/${encodeURIComponent(rule.name)}`, "DELETE") }, word("remove"));
    return made("li", {}, `${rule.do} ${told ? `(${told}) ` : ""}· ${word("struck")} ${rule.struck} ${word("of_calls")} ${rule.matched} `, remove);
  });
  $("faults").replaceChildren(...(rows.length ? rows : [made("li", {}, word("no_faults"))]));
}

function showFaultForm() {
  const action = words.faults[$("fault-do").value];
  const options = [made("option", { value: "" }, `${word("usual")} (${action.on})`)];
  for (const name of [...Object.keys(words.groups), ...action.may]) {
    const calls = words.groups[name] ?? [name];
    if (calls.every((call) => action.may.includes(call))) options.push(made("option", { value: name }, name));
  }
  $("fault-on").replaceChildren(...options);
  $("fault-parameters").replaceChildren(...action.parameters.map((name) =>
    made("label", {}, made("span", {}, name), made("input", { name, required: action.needs.includes(name) ? "" : null }))));
}

function ordered(event) {
  event.preventDefault();
  const rule = { do: $("fault-do").value };
  if ($("fault-on").value) rule.on = $("fault-on").value;
  if ($("fault-first").value) rule.first = Number($("fault-first").value);
  if ($("fault-text").value) rule.text = $("fault-text").value;
  for (const input of $("fault-parameters").querySelectorAll("input")) {
    const text = input.value.trim();
    const words = ["when", "retry_after", "message", "key", "field", "value"].includes(input.name);
    if (text) rule[input.name] = words || Number.isNaN(Number(text)) ? text : Number(text);
  }
  done("faults", "POST", { rules: [rule] });
}

// ── tasks ──
function row(cells, chosenNow, open, attributes) {
  const node = made("tr", { tabindex: "0", "aria-selected": String(chosenNow), ...attributes, onclick: open,
    onkeydown: (event) => { if (event.key === "Enter") open(); } });
  node.append(...cells.map((cell) => (cell instanceof Node ? cell : made("td", {}, String(cell)))));
  return node;
}

function showTasks() {
  $("no-tasks").hidden = tasks.length > 0;
  $("tasks").replaceChildren(...[...tasks].reverse().map((task) => row([
    moment(task.accepted_at), task.endpoint, made("td", { class: colour(task.state) }, task.state + (task.fail_code ? ` ${task.fail_code}` : "")),
    span(task.seconds), made("td", { class: "cut" }, task.text),
  ], task.task_id === chosen.task, () => { chosen.task = chosen.task === task.task_id ? "" : task.task_id; showTasks(); showTask(); },
  { "data-task": task.task_id, "data-state": task.state })));
}

function player(path, suffix) {
  const kind = { mp3: "audio", wav: "audio", m4a: "audio", aac: "audio", mp4: "video", webm: "video", mov: "video" }[suffix];
  if (suffix === "mov") return made("p", {}, word("unplayable"));
  return kind ? made(kind, { controls: "", src: path, preload: "metadata" }) : null;
}

const suffixOf = (url) => { try { return new URL(url, location.href).pathname.split(".").pop().toLowerCase(); } catch { return ""; } };

function shownInput(task, input) {
  const path = at(`inputs/${task.task_id}/${encodeURIComponent(input.place)}`);
  const outcome = input.status ? `HTTP ${input.status}` : input.problem;
  const stage = made("div");
  const show = made("button", { onclick: () => stage.replaceChildren(
    player(path, suffixOf(input.url)) ?? made("a", { href: path, rel: "noreferrer" }, word("download"))) }, word("show"));
  return made("li", {}, `${input.place}: ${input.url} (${outcome}) `, show, stage);
}

function shownResult(task) {
  if (task.gone) return [made("p", { class: "gone" }, word("gone"))];
  if (!task.media_url) return [];
  const path = new URL(task.media_url).pathname + new URL(task.media_url).search;
  const links = [made("a", { href: path, download: "" }, word("download"))];
  if (task.subtitles_url) links.push(" · ", made("a", { href: new URL(task.subtitles_url).pathname }, word("subtitles")));
  return [player(path, suffixOf(path)), made("p", {}, ...links)];
}

function showTask() {
  const task = tasks.find((it) => it.task_id === chosen.task);
  const now = task ? `${lang}${JSON.stringify({ ...task, polls: 0 })}` : "";
  if (now === drawnTask) return;  // a player that plays goes on
  drawnTask = now;
  $("task").hidden = !task;
  if (!task) return $("task").replaceChildren();
  const failed = task.fail_code ? made("p", { class: "bad" }, `${task.fail_code} ${task.fail_message ?? ""}`) : null;
  const list = (name, items) => items.length ? [made("h2", {}, word(name)), made("ul", {}, ...items)] : [];
  $("task").replaceChildren(
    made("h2", {}, `${task.endpoint} ${task.task_id} `, made("span", { class: colour(task.state) }, task.state)), ...(failed ? [failed] : []),
    made("p", {}, `${word("charged")}: ${word(task.charged ? "yes" : "no")} · ${word("deducted")}: ${span(task.deducted_seconds)} · ${task.pool ?? ""}`),
    ...(task.state === "SUCCESS" ? [made("h2", {}, word("result")), ...shownResult(task)] : []),
    ...list("inputs", task.inputs.map((input) => shownInput(task, input))),
    ...list("callbacks", task.callbacks.map((it) => made("li", {}, `${moment(it.at)} ${it.kind}: ${it.outcome}`))),
    made("h2", {}, word("request")), pretty(task.request),
  );
}

// ── exchanges ──
function reasons(exchange) {
  const told = [];
  if (exchange.faults?.length) told.push(`${word("by_fault")}: ${exchange.faults.join(", ")}`);
  if (exchange.refused?.signature) told.push(exchange.refused.signature[lang]);
  for (const item of exchange.refused?.violations ?? []) told.push(item[lang]);
  if (exchange.refused && !told.length) told.push(exchange.message);
  for (const item of exchange.unknown ?? []) told.push(`${word("unknown")} ${item.parameter}${item.nearest ? ` (${word("meant")} ${item.nearest})` : ""}`);
  if (exchange.problem) told.push(exchange.problem);
  return told;
}

function showJournal() {
  $("no-exchanges").hidden = exchanges.length > 0;
  $("journal").replaceChildren(...[...exchanges].reverse().map((it) => {
    const answer = it.answer ? (it.answer.fate === "sent" ? (it.code ?? it.answer.status ?? "–") : it.answer.fate) : "";
    const bad = it.refused || (it.answer && it.answer.fate !== "sent") || (it.answer?.status ?? 200) >= 400;
    const called = it.request ? `${it.direction === "out" ? "→ " : ""}${it.kind} ${it.request.method} ${it.request.path ?? it.request.url}` : "";
    return row([it.number, made("td", { class: "cut" }, called || it.kind), made("td", { class: bad ? "bad" : "good" }, String(answer)),
      it.note ? it.note[lang] : reasons(it).join(" · ")], it.number === chosen.exchange,
    () => { chosen.exchange = chosen.exchange === it.number ? 0 : it.number; showJournal(); showExchange(); },
    { "data-number": it.number, "data-kind": it.kind });
  }));
}

function showExchange() {
  const found = exchanges.find((it) => it.number === chosen.exchange);
  $("exchange").hidden = !found;
  $("exchange").replaceChildren(...(found ? [made("h2", {}, `#${found.number} ${found.kind}`), pretty(found)] : []));
}

// ── all of it ──
const KEPT = 200;
let looking = null, again = false;

async function look() {
  if (looking) { again = true; return looking; }
  looking = (async () => {
    do {
      again = false;
      const since = exchanges.at(-1)?.number ?? 0;
      const [health, account, faults, time, journal] = await Promise.all(
        ["health", `account?last=${KEPT}`, "faults", "clock", `journal?since=${since}&limit=${KEPT}`].map((path) => asked(path)));
      tasks = account.tasks;
      clock = { ...time, seen: performance.now() };
      exchanges = [...exchanges, ...journal.exchanges].filter((it) => it.number > journal.dropped).slice(-KEPT);
      showAccount(account, health); showClock(); showFaults(faults.rules); showTasks(); showTask(); showJournal(); showExchange();
    } while (again);
  })();
  try { await looking; } finally { looking = null; }
}

function speak() {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = word("title");
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
}

async function begin() {
  words = await asked("ui/words.json");
  const wished = new URLSearchParams(location.search).get("lang") || store.lang || navigator.language;
  lang = wished.toLowerCase().startsWith("zh") ? "zh" : "en";
  $("fault-do").replaceChildren(...Object.keys(words.faults).map((name) => made("option", { value: name }, name)));
  $("fault-do").addEventListener("change", showFaultForm);
  $("fault").addEventListener("submit", ordered);
  for (const button of document.querySelectorAll(".move"))
    button.addEventListener("click", () => done("clock", "POST", { advance: Number(button.dataset.seconds) }));
  $("reset").addEventListener("click", () => { if (confirm(word("reset_asked"))) done("reset", "POST", {}); });
  $("language").addEventListener("click", () => { store.lang = lang = lang === "zh" ? "en" : "zh"; speak(); showFaultForm(); look(); });
  speak();
  showFaultForm();
  await look();
  setInterval(showClock, 1000);
  const events = new EventSource(at("ui/events"));
  events.onopen = () => { $("live").textContent = word("live"); $("live").className = "good"; };
  events.onerror = () => { $("live").textContent = word("cut_off"); $("live").className = "bad"; };
  events.onmessage = () => look().catch(() => {});
}

begin();
