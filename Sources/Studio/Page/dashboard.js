// The dashboard of reviewers and owners: what people said, how well they agree, and the training on it.
import { h, api, say, dialog, byId, setToken, letter, applyTheme, remembered, describe } from "./base.js";
import { submits, field } from "./forms.js";
import { blocks, mediaURL } from "./content.js";
import { lineChart, intervalBar, whisker, columns } from "./charts.js";

const main = byId("main"), top = byId("top");
let session, shown = 0, refresh, timers = [];
const owner = () => session.rater.role === "owner";

// Words and numbers.

const percent = (value) => `${(value * 100).toFixed(1)} %`;
const number = (value, digits = 1) => (Number.isFinite(value) ? value.toFixed(digits).replace(/\.0+$/, "") : "–");
const seconds = (value) => (Number.isFinite(value) ? (value < 90 ? `${number(value)} s` : `${number(value / 60)} min`) : "–");
const time = (value) => (value ? new Date(value).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }) : "–");
const rows = (words, filter) => h("a", { href: `#answers?${new URLSearchParams(filter)}` }, words);
const card = (title, ...content) => h("section.card", null, title && h("h2", null, title), content);
const empty = (words) => h("p.empty", null, words);
const encode = encodeURIComponent;
const form = (title, fields, send) => submits(h("form", null, fields, h("p.problem", { role: "alert" }), h("p", null, h("button.primary", { type: "submit" }, title))), send);
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

function table(heads, lines, none) {
  if (!lines.length) return empty(none);
  return h("table", null, h("thead", null, h("tr", null, heads.map((head) => h(head.startsWith("#") ? "th.number" : "th", { scope: "col" }, head.replace("#", ""))))),
    h("tbody", null, lines.map((line) => h("tr", null, line.map((cell, i) => h(heads[i].startsWith("#") ? "td.number" : "td", null, cell))))));
}

/** One measure in a line: name, bar with interval, number with interval that links to its rows. */
function measure(name, interval, filter, { ceiling, share = true } = {}) {
  if (!interval || !Number.isFinite(interval.value)) return h("div.measure", null, h("span", null, name), h("span"), h("span.number.quiet", null, "not known yet"));
  const say = share ? percent : (value) => value.toFixed(3);
  const range = Number.isFinite(interval.low) ? ` ${say(interval.low)} to ${say(interval.high)}` : "";
  return h("div.measure", null, h("span", null, name), intervalBar(interval, ceiling, `${name} ${say(interval.value)}${range}`),
    h("span.number", null, rows(h("strong", null, say(interval.value)), filter), h("small", null, range, Number.isFinite(interval.n) ? ` · n ${interval.n}` : "")));
}

// Overview.

async function overview() {
  const data = await api("GET", "/api/dashboard"), { progress = {}, criteria = [] } = data;
  const figure = (value, words, href) => h(href ? "a.figure" : "div.figure", { href }, h("strong", null, value ?? 0), h("span", null, words));
  const spent = data.seconds;
  return [
    h("div.figures", null, figure(progress.answers, "answers", "#answers"), figure(progress.answered, "tasks finished"), figure(progress.open, "tasks open"),
      figure(progress.skipped, "skipped", "#answers?skipped=1"), figure(progress.surplus, "more than asked for"), figure(progress.raters, "raters", "#raters"), figure(spent ? seconds(spent.median) : "–", "median time of an answer")),
    h("div.cards", null, criteria.map(criterionCard), !criteria.length && card("Nothing yet", empty("As soon as people answer, their agreement and preferences stand here."))),
    h("div.cards", null,
      card("Time per answer", spent?.histogram?.length ? [columns("Time per answer", spent.histogram.map((bin) => ({ label: `${number(bin.from, 0)} s`, count: bin.count }))),
        h("p.quiet", null, `Half of all answers take less than ${seconds(spent.median)}; four of five lie between ${seconds(spent.low)} and ${seconds(spent.high)}.`)] : empty("No answers yet.")),
      card("Answers per day", progress.days?.length ? [columns("Answers per day", progress.days.slice(-14).map((day) => ({ label: day.day.slice(5), count: day.answers }))),
        h("p", null, "Rows of ", progress.days.slice(-7).map((day, i) => [i ? ", " : "", rows(day.day.slice(5), { day: day.day })]))] : empty("No answers yet.")),
      card("Kinds of task", table(["Kind", "#Tasks", "#Finished", "#Answers"], (progress.kinds ?? []).map((kind) => [kind.kind, kind.tasks, kind.answered, rows(kind.answers, { kind: kind.kind })]), "No tasks yet."))),
  ];
}

function criterionCard(criterion) {
  const filter = { criterion: criterion.id }, { agreement = {}, position = {}, length = {}, leaderboard = [] } = criterion;
  const ceiling = criterion.ceiling ?? agreement.raw;
  const low = Math.min(...leaderboard.map((entry) => entry.low)), high = Math.max(...leaderboard.map((entry) => entry.high));
  return card(criterion.title,
    h("p.quiet", null, rows(plural(criterion.answers ?? 0, "answer"), filter)),
    h("h3", null, "Agreement"),
    measure("Raters agree", agreement.raw, filter), measure(`Krippendorff’s α${agreement.level ? `, ${agreement.level}` : ""}`, agreement.alpha, filter, { share: false }),
    agreement.kappa && measure("Cohen’s κ, mean over pairs of raters", agreement.kappa, filter, { share: false }),
    measure("Reward model is right", criterion.rewardModel, filter, { ceiling }),
    ceiling && criterion.rewardModel && h("p.quiet", null, `The dashed mark is what the raters’ own agreement allows, at most ${percent(ceiling.value)}.`),
    h("h3", null, "Leaderboard"),
    table(["Maker", "Score and interval", "#Score", "#Compared"], leaderboard.map((entry) => [entry.name, h("div.wide-cell", null, whisker(entry, low, high)), number(entry.score, 0), rows(entry.comparisons, { ...filter, origin: entry.origin ?? entry.name })]), "No comparisons of two makers yet."),
    h("h3", null, "Biases"),
    measure("First shown wins", position.first, filter), measure("Longer wins", length.longer, filter),
    (Number.isFinite(position.bias) || Number.isFinite(length.coefficient)) && h("p.quiet", null, `On the scale of log-odds: position ${number(position.bias, 3)}${Number.isFinite(position.p) ? ` (p ${position.p.toFixed(3)})` : ""}, length ${number(length.coefficient, 3)}.`));
}

// Raters.

async function raters() {
  const { raters: everyone = [] } = await api("GET", "/api/dashboard");
  const share = (part, whole, filter) => (whole ? rows(`${part} of ${whole}`, filter) : "–");
  return [card(null, table(["Rater", "#Answers", "#Reliability", "#Gold passed", "#Same when swapped", "#Agrees with others", "#Median time", "#First shown", "Last seen", "Remarks"],
    everyone.map((person) => [h("strong", null, person.name), rows(person.answers ?? 0, { rater: person.id }),
      person.reliability ? [percent(person.reliability.value), h("br"), h("small", null, Number.isFinite(person.reliability.low) && `${percent(person.reliability.low)} to ${percent(person.reliability.high)}`)] : "–",
      share(person.gold?.passed, person.gold?.of, { rater: person.id, gold: 1 }), share(person.consistency?.same, person.consistency?.of, { rater: person.id, repeat: 1 }),
      person.agreement ? percent(person.agreement.value) : "–", seconds(person.seconds), Number.isFinite(person.firstShare) ? percent(person.firstShare) : "–", time(person.lastSeen),
      (person.flags ?? []).map((flag) => [h("span.tag.bad", null, flag), " "])]), "Nobody has answered yet.")),
  h("p.quiet", null, "Reliability is the chance that a rater sees what is there, as estimated from all answers and anchored by gold tasks.")];
}

// Rows.

async function disagreements(query) {
  const { disagreements: list = [], next } = await api("GET", `/api/disagreements?${query}`);
  return [card(null, table(["Task", "Kind", "Answers", "#Disagreement", ""], list.map((each) => [h("a", { href: `#task?id=${encode(each.task)}` }, each.summary || each.question || each.task), each.kind,
    Object.entries(each.counts ?? {}).map(([answer, count]) => `${({ first: "A", second: "B", tie: "tie", bothBad: "both bad" })[answer] ?? answer} ${count}`).join(" · "),
    percent(each.disagreement ?? 0), rows("rows", { task: each.task })]), "The raters agree on everything so far.")), next && more("disagreements", query, next)];
}

const more = (page, query, next) => h("p", null, h("a", { href: `#${page}?${new URLSearchParams({ ...Object.fromEntries(query), after: next })}` }, "More"));

function answerTable(list) {
  return table(["When", "Rater", "Kind", "Criterion", "Answer", "#Time", "Remarks", "Comment", "Task"], list.map((row) => [time(row.created), row.rater ? rows(row.rater.name ?? row.rater.id, { rater: row.rater.id }) : "–", row.kind, row.criterion ?? "–", describe(row.answer), seconds(row.seconds),
    [["gold", row.gold], ["right", row.correct === true], ["wrong", row.correct === false], ["swapped repeat", row.repeat], ["extra", row.surplus], ["replaced", row.superseded], ["flagged", row.flag]].filter(([, on]) => on).map(([word]) => [h(`span.tag${/wrong|flagged/.test(word) ? ".bad" : word === "right" ? ".good" : ""}`, null, word), " "]),
    row.comment ?? "", h("a", { href: `#task?id=${encode(row.task)}` }, "open")]), "There are no such answers.");
}

async function answers(query) {
  const { answers: list = [], next } = await api("GET", `/api/answers?${query}`);
  const filters = [...query].filter(([name]) => name !== "after" && name !== "limit");
  return [filters.length > 0 && h("p", null, "Only ", filters.map(([name, value]) => [h("span.tag", null, `${name}: ${value}`), " "]), h("a", { href: "#answers" }, "all answers")), card(null, answerTable(list)), next && more("answers", query, next)];
}

const showMedia = {
  image: (block) => h("img", { src: mediaURL(block.media), alt: block.alt || "Picture" }),
  audio: (block) => h("audio", { src: mediaURL(block.media), controls: true, preload: "none" }),
};
const panels = (items, origins = []) => h("div.side", null, (items ?? []).map((item, i) => h("article.panel", { "aria-label": `Answer ${letter(i)}` }, h("h3.letter", null, letter(i), origins[i] ? ` · ${origins[i]}` : ""), h("div.body", null, blocks(item, showMedia)))));

async function task(query) {
  const data = await api("GET", `/api/tasks/${encode(query.get("id") ?? "")}`);
  const make = (kind, row, done) => h("button.small", { onclick: (event) => { event.currentTarget.disabled = true; api("POST", "/api/tasks", { kind, subject: row.id, overlap: 1 }).then(() => say(done), (error) => say(error.message, "alert")); } }, kind === "gold" ? "This is right: make gold" : "Ask for a review");
  const list = data.answers ?? [], standing = list.filter((row) => !row.superseded && row.kind !== "review" && row.answer);
  const decide = owner() && standing.length > 0 && card("Decide", h("p.quiet", null, "A gold task shows the same content again and checks each rater by the answer that you say is right. A review asks a reviewer to accept, amend or reject an answer."),
    table(["Answer", "Rater", "Comment", ""], standing.map((row) => [h("strong", null, describe(row.answer)), row.rater?.name ?? "rater", row.comment ?? "",
      h("span.row", null, row.answer.kind !== "skip" && make("gold", row, "A gold task was made of it."), make("review", row, "The answer is up for review."))]), ""));
  return [card(data.question || data.kind, data.prompt?.length > 0 && h("div.prompt", null, blocks(data.prompt, showMedia)), panels(data.items, data.origins)),
    decide, card("Answers", answerTable(list))];
}

// Training.

async function training(query) {
  const { runs = [] } = await api("GET", "/api/runs");
  const name = query.get("run") ?? runs[0]?.name;
  const place = h("div.metrics"), series = new Map();
  const jobs = h("div", null, empty("Loading…"));
  let after = 0;
  const poll = async () => {
    if (!name) return;
    let grew = false;
    for (let more = true; more;) {
      const { next, rows: lines = [] } = await api("GET", `/api/runs/${encode(name)}/metrics?after=${after}`);
      more = lines.length > 0 && next !== after;
      after = next ?? after;
      for (const line of lines) for (const [key, value] of Object.entries(line)) {
        if (["step", "stage", "nonFinite"].includes(key) || typeof value !== "number") continue;
        const path = line.stage ? `${line.stage} · ${key}` : key;
        (series.get(path) ?? series.set(path, []).get(path)).push([line.step, value]);
        grew = true;
      }
    }
    if (grew) place.replaceChildren(...[...series].map(([path, points]) => lineChart(path, points)));
    else if (!series.size) place.replaceChildren(empty("This run has no metrics yet."));
  };
  const pollJobs = async () => { fill(jobs, jobList((await api("GET", "/api/jobs")).jobs ?? [])); };
  // The tick keeps the log where its reader scrolled to.
  const fill = (node, content) => {
    const logs = [...node.querySelectorAll(".log")].map((log) => [log.dataset.job, log.scrollTop, log.scrollTop + log.clientHeight > log.scrollHeight - 30]);
    node.replaceChildren(...[content].flat());
    for (const log of node.querySelectorAll(".log")) { const old = logs.find(([job]) => job === log.dataset.job); log.scrollTop = !old || old[2] ? log.scrollHeight : old[1]; }
  };
  await Promise.all([poll(), pollJobs()]);
  timers.push(setInterval(() => { if (!document.hidden) poll().catch(() => {}); }, 3000), setInterval(() => { if (!document.hidden) pollJobs().catch(() => {}); }, 3000));
  const checkpoints = runs.flatMap((run) => (run.checkpoints ?? []).map((each) => ({ id: each.id, title: `${run.name} · step ${each.step}` })));
  const choose = (label, key, at = 0) => { const select = h("select", { name: key, required: true }, checkpoints.map((each) => h("option", { value: each.id }, each.title))); if (checkpoints.length) select.selectedIndex = Math.min(at, checkpoints.length - 1); return field(label, select); };
  const count = (value) => field("How many", h("input", { name: "count", type: "number", min: 1, max: 1000, value }));
  const start = (body) => api("POST", "/api/jobs", body).then(() => { say("Started."); return pollJobs(); });
  const select = h("select", { "aria-label": "Run", onchange: () => { location.hash = `training?run=${encode(select.value)}`; } }, runs.map((run) => h("option", { value: run.name }, `${run.name}${run.stage ? ` · ${run.stage}` : ""}${run.state ? ` · ${run.state}` : ""}`)));
  select.value = name ?? "";
  return [
    owner() && card("Close the loop", h("p", null, "Trains the reward model on all votes so far, goes on with the policy, and puts samples of it into the queue."),
      h("button.primary", { onclick: (event) => { const button = event.currentTarget; button.disabled = true; start({ kind: "round" }).catch((error) => say(error.message, "alert")).finally(() => { button.disabled = false; }); } }, "Train on the new votes")),
    card("Jobs", jobs),
    owner() && checkpoints.length > 0 && h("div.cards", null,
      card("Sample from a checkpoint", form("Sample", [choose("Checkpoint", "checkpoint", checkpoints.length - 1), count(8)], (data) => start({ kind: "sample", checkpoint: data.get("checkpoint"), count: Number(data.get("count")) }))),
      card("Compare two, blind", form("Put pairs into the queue", [choose("One", "first", 0), choose("Other", "second", checkpoints.length - 1), count(20)], (data) => {
        if (data.get("first") === data.get("second")) throw new Error("Choose two different checkpoints.");
        return start({ kind: "compare", first: data.get("first"), second: data.get("second"), count: Number(data.get("count")) });
      }))),
    card("Training curves", runs.length ? h("p.row", null, field("Run", select)) : empty("No run yet."), place)];
}

function jobList(jobs) {
  if (!jobs.length) return empty("No job yet.");
  return jobs.map((job, i) => h("details", { open: i === 0 || job.state === "running" }, h("summary", null, h("span", null, job.kind, " ", h(`span.tag${job.state === "failed" ? ".bad" : job.state === "succeeded" ? ".good" : ""}`, null, job.state), " ", h("small", null, time(job.startedAt)))),
    h("p.row", null, job.run && h("a", { href: `#training?run=${encode(job.run)}` }, "Its curves"), job.kind === "sample" && job.state === "succeeded" && h("button.small", { onclick: () => samples(job) }, "Show the samples"),
      owner() && /queued|running/.test(job.state) && h("button.small", { onclick: () => api("DELETE", `/api/jobs/${encode(job.id)}`).catch((error) => say(error.message, "alert")) }, "Stop")),
    job.error && h("p.problem", null, job.error), job.log?.length > 0 && h("pre.log", { tabindex: 0, role: "region", "aria-label": `Log of ${job.kind}`, "data-job": job.id }, job.log.join("\n"))));
}

async function samples(job) {
  try {
    const { samples: list = [] } = await api("GET", `/api/jobs/${encode(job.id)}`);
    dialog("Samples", h("div", null, list.map((sample) => [h("div.prompt", null, blocks(sample.prompt, showMedia)), panels(sample.items)]), !list.length && empty("This job left no samples.")));
  } catch (error) { say(error.message, "alert"); }
}

// People, data, settings, audit: for owners.

async function people() {
  const list = await api("GET", "/api/invitations").catch(() => null);
  const result = h("div", { "aria-live": "polite" });
  const input = (name, value, more) => h("input", { name, value, ...more });
  const role = h("select", { name: "role" }, ["rater", "reviewer", "owner"].map((name) => h("option", { value: name }, name)));
  return [card("Invite", form("Make a link", [h("div.fields", null, field("Role", role), field("Name", input("name", "", { maxlength: 80 }), "Optional: the link is then for this person."), field("Uses", input("uses", 1, { type: "number", min: 1, max: 1000 })), field("Hours it is good for", input("hours", 72, { type: "number", min: 1, max: 8760 })))], async (data) => {
    const { link } = await api("POST", "/api/invitations", { role: data.get("role"), ...(data.get("name") && { name: data.get("name") }), uses: Number(data.get("uses")), hours: Number(data.get("hours")) });
    const shownLink = h("input.secret", { value: new URL(link, location.href).href, readonly: true, onfocus: () => shownLink.select() });
    result.replaceChildren(field("The link, shown once", shownLink, "Send it to the person; it cannot be shown again."));
    shownLink.focus();
  }), result),
  list && card("Open invitations", table(["Role", "Name", "#Uses left", "Good until", ""], (list.invitations ?? []).map((each) => [each.role, each.name ?? "anyone", each.uses, time(each.expires),
    h("button.small", { onclick: () => api("DELETE", `/api/invitations/${encode(each.id)}`).then(show, (error) => say(error.message, "alert")) }, "Withdraw")]), "None.")),
  card("Accounts", table(["Name", "Role", "Since", "Account"], (await api("GET", "/api/raters")).raters.map(account), "Nobody has joined yet."))];
}

function account(person) {
  const change = (body) => api("PATCH", `/api/raters/${encode(person.id)}`, body).then(() => say("Saved."), (error) => say(error.message, "alert")).then(show);
  const role = h("select", { "aria-label": `Role of ${person.name}`, onchange: () => change({ role: role.value }) }, ["rater", "reviewer", "owner"].map((name) => h("option", { value: name }, name)));
  role.value = person.role;
  return [h("strong", null, person.name), role, time(person.created), h("button.small", { "aria-label": `${person.active ? "Switch off" : "Switch on"} ${person.name}`, onclick: () => change({ active: !person.active }) }, person.active ? "Switch off" : "Switch on")];
}

async function data() {
  const [{ formats = {} }, { project }] = await Promise.all([api("GET", "/api/dashboard"), api("GET", "/api/session")]);
  const preview = h("div", { "aria-live": "polite" }), loss = h("div", { "aria-live": "polite" });
  const options = (list) => (list ?? []).map((each) => h("option", { value: each.id ?? each }, each.title ?? each));
  const format = h("select", null, options(formats.export)), from = h("select", { name: "format" }, options(formats.import));
  const look = async () => {
    try {
      preview.replaceChildren(h("p", null, "Loading…"));
      const [text, manifest] = await Promise.all([api("GET", `/api/export/${encode(format.value)}?preview=3`, undefined, { text: true }), api("GET", `/api/export/${encode(format.value)}?manifest=1`).catch(() => null)]);
      preview.replaceChildren(h("pre.log", { tabindex: 0, role: "region", "aria-label": "First rows" }, String(text ?? "no rows")), manifest ? h("p", null, plural(manifest.rows ?? 0, "row"), ...Object.entries(manifest.dropped ?? {}).map(([reason, count]) => `, ${count} left out: ${reason}`)) : "",
        h("p", null, h("a", { href: `/api/export/${encode(format.value)}`, download: "" }, "Download")));
    } catch (error) { preview.replaceChildren(h("p.problem", null, error.message)); }
  };
  const file = h("input", { type: "file", required: true });
  const criterion = h("select", { name: "criterion" }, (project.criteria ?? []).map((each) => h("option", { value: each.id }, each.title)));
  const criteriaPick = h("select", { name: "criterion" }, (project.criteria ?? []).map((each) => h("option", { value: each.id }, each.title)));
  return [h("div.cards", null,
    card("Export", formats.export?.length ? [field("Format", format), h("p", null, h("button", { onclick: look }, "Show the first rows")), preview] : empty("This server names no formats.")),
    card("Import", form("Import", [field("Format", from), field("File", file), field("Criterion", criterion)], async (sent) => {
      const chosen = file.files[0];
      const reply = await api("POST", `/api/import/${encode(sent.get("format"))}`, { name: chosen.name, text: await chosen.text(), ...(sent.get("criterion") && { criterion: sent.get("criterion") }) });
      loss.replaceChildren(h("p", null, `${reply.accepted} taken.`), h("ul", null, Object.entries(reply.lost ?? {}).map(([reason, count]) => h("li", null, `${count} not: ${reason}`))));
    }), loss),
    card("Fill the queue", form("Add pairs", [field("Criterion", criteriaPick), field("Answers per pair", h("input", { name: "overlap", type: "number", min: 1, max: 20, value: 3 }))], async (sent) => {
      const reply = await api("POST", "/api/tasks", { kind: "pair", criteria: [sent.get("criterion")], overlap: Number(sent.get("overlap")) });
      say(Number.isFinite(reply?.added) ? `${plural(reply.added, "task")} added.` : "Added.");
    })))];
}

async function settings() {
  const [now, { project }] = await Promise.all([api("GET", "/api/settings"), api("GET", "/api/session")]);
  const input = (name, value, more) => h("input", { name, value: value ?? "", ...more }), rules = now.rules ?? {};
  const share = (name, label) => field(label, input(name, Math.round((rules[name] ?? 0) * 1000) / 10, { type: "number", min: 0, max: 100, step: "any" }));
  const text = (name) => input(name, "", { required: true, maxlength: 200 });
  return [card("Project", form("Save", [field("Title", input("title", now.title, { maxlength: 200 })), field("Question", input("question", now.question, { maxlength: 400 }), "Shown where a task has none of its own."),
    field("Guidelines", h("textarea", { name: "guidelines", rows: 10, value: now.guidelines ?? "" }), "Markdown."), field("Keys", h("textarea", { name: "keys", rows: 4, value: JSON.stringify(now.keys ?? {}, null, 1) }), 'Changes to the keys, such as {"first": "j", "second": ["k"]}.'),
    h("div.fields", null, field("Seconds to hear", input("mustHear", now.mustHear ?? 3, { type: "number", min: 0, max: 600, step: "any" })), field("Seconds to see pictures", input("exposure", now.exposure ?? 0, { type: "number", min: 0, max: 600, step: "any" }), "Of real or generated; 0: no limit."), field("Minutes of a lease", input("lease", (rules.leaseSeconds ?? 900) / 60, { type: "number", min: 1, max: 1440, step: "any" })), share("goldShare", "Gold tasks, %"), share("repeatShare", "Swapped repeats, %"), share("uniformShare", "Chosen at random, %"))], async (data) => {
    let keys;
    try { keys = JSON.parse(data.get("keys") || "{}"); } catch { throw new Error("The keys are not valid JSON."); }
    const part = (name) => Number(data.get(name)) / 100;
    await api("PUT", "/api/settings", { ...now, title: data.get("title"), question: data.get("question"), guidelines: data.get("guidelines"), keys, mustHear: Number(data.get("mustHear")), exposure: Number(data.get("exposure")),
      rules: { ...rules, leaseSeconds: Number(data.get("lease")) * 60, goldShare: part("goldShare"), repeatShare: part("repeatShare"), uniformShare: part("uniformShare") } });
    say("Saved.");
  })),
  card("Criteria", table(["Id", "Title", "Question", "#From", "#To"], (project.criteria ?? []).map((each) => [each.id, each.title, each.question ?? "", each.lowest, each.highest]), "None yet."),
    h("h3", null, "Add a criterion"), form("Add", [h("div.fields", null, field("Id", text("id")), field("Title", text("title")), field("Question", text("question")), field("Lowest", input("lowest", 1, { type: "number" })), field("Highest", input("highest", 7, { type: "number" })))], async (data) => {
      await api("POST", "/api/criteria", { id: data.get("id"), title: data.get("title"), question: data.get("question"), lowest: Number(data.get("lowest")), highest: Number(data.get("highest")) });
      show();
    }))];
}

async function audit(query) {
  const { entries = [], intact, next } = await api("GET", `/api/audit?${query}`);
  return [h("p", null, intact === false ? h("span.tag.bad", null, "The chain is broken: entries were changed") : intact ? h("span.tag.good", null, "The chain of entries is whole") : null),
    card(null, table(["#No.", "When", "Who", "What", "On", "Details"], entries.map((each) => [each.seq, time(each.at), each.actor ?? "–", each.action, each.target ?? "", typeof each.details === "string" ? each.details : each.details ? JSON.stringify(each.details) : ""]), "Nothing yet.")),
    next && h("p", null, h("a", { href: `#audit?before=${encode(next)}` }, "Older"))];
}

// Pages by the fragment of the address.

const pages = { overview: ["Overview", overview], raters: ["Raters", raters], disagreements: ["Disagreements", disagreements], answers: ["Answers", answers], training: ["Training", training],
  people: ["People", people, true], data: ["Data", data, true], settings: ["Settings", settings, true], audit: ["Audit", audit, true], task: ["Task", task] };

async function show() {
  const [name, query] = location.hash.slice(1).split("?");
  const key = Object.hasOwn(pages, name) ? name : "overview", [title, page] = pages[key], mine = ++shown;
  timers.forEach(clearInterval);
  timers = [];
  for (const link of top.querySelectorAll("nav a")) { if (link.hash === `#${key}`) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current"); }
  document.title = `${title} · ${session.project.title || "Studio"}`;
  let content;
  try { content = await page(new URLSearchParams(query)); } catch (error) {
    if (error.status === 401) return location.assign("/");
    content = [card("This cannot be shown", h("p", null, error.message), h("button", { onclick: show }, "Try again"))];
  }
  if (mine !== shown) return;
  const before = main.dataset.page;
  main.replaceChildren(h("h1", { tabindex: -1 }, title), ...[content].flat().filter(Boolean));
  main.dataset.page = location.hash;
  if (before !== location.hash && before !== undefined) { scrollTo(0, 0); main.querySelector("h1").focus({ preventScroll: true }); }
}

/** New answers show within some seconds, without moving what is read: only on the overview. */
function listenToServer() {
  const source = new EventSource("/api/events");
  source.addEventListener("progress", () => {
    clearTimeout(refresh);
    refresh = setTimeout(() => { if (/^(#overview)?$/.test(location.hash) && !document.hidden && !main.contains(document.activeElement?.closest("input, select"))) show(); }, 3000);
  });
}

async function start() {
  try { session = await api("GET", "/api/session"); } catch (error) {
    if (error.status === 401) return location.assign("/");
    main.replaceChildren(card("Not reachable", h("p", null, error.message), h("button.primary", { onclick: start }, "Try again")));
    return;
  }
  setToken(session.csrf);
  if (session.rater.role === "rater") { main.replaceChildren(card("For reviewers", h("p", null, "This page is for reviewers and owners. "), h("a", { href: "/" }, "To the tasks"))); return; }
  const theme = h("button.plain", { onclick: () => { const next = { auto: "light", light: "dark", dark: "auto" }[remembered("theme", "auto")] ?? "auto"; applyTheme(next); theme.textContent = `Colours: ${next}`; } }, `Colours: ${remembered("theme", "auto")}`);
  top.replaceChildren(h("strong.title", null, session.project.title || "Studio"), h("nav", { "aria-label": "Dashboard" },
    Object.entries(pages).filter(([key, [, , owners]]) => key !== "task" && (!owners || owner())).map(([key, [title]]) => h("a", { href: `#${key}` }, title)), h("a", { href: "/" }, "Rate"), theme));
  addEventListener("hashchange", show);
  listenToServer();
  show();
}

applyTheme();
start();
