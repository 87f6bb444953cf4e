// The quiz on the page: a line that asks for the next number, in the place of Next, which would show it.

class Quiz {
  constructor({ passes, stepping, reset }, { questions, given }) {
    Object.assign(this, { passes, stepping, reset, questions, given });
    this.open = false;
    const section = element("section", { id: "quiz", className: "event" });
    section.setAttribute("aria-label", "Quiz");
    const line = element("p", { className: "line" });
    const [number, asked] = [element("span", { id: "quiz-number" }), element("label", { id: "quiz-asked" })];
    asked.htmlFor = "quiz-answer";
    this.answer = element("input", { id: "quiz-answer", autocomplete: "off", spellcheck: false, size: 12 });
    line.append(number, " ", asked, " ", this.answer, " ");
    const press = { check: () => this.check(), hint: () => this.hint(), skip: () => this.skip() };
    for (const [name, action] of Object.entries(press)) {
      const button = element("button", { type: "button", id: `quiz-${name}`, textContent: name[0].toUpperCase() + name.slice(1) });
      button.addEventListener("click", action);
      line.append(button, " ");
    }
    const said = element("output", { id: "quiz-said" });
    said.setAttribute("aria-live", "polite");
    section.append(element("p", { id: "quiz-given", textContent: given ? `Given: ${given}` : "" }), line, said);
    this.answer.addEventListener("keydown", (event) => event.key === "Enter" && this.check());
    this.section = section;
    this.button = element("button", { type: "button", id: "quiz-open", textContent: "Quiz" });
    this.button.addEventListener("click", () => (this.open ? this.leave() : this.start()));
    $("reset").after(this.button);
    $("now").before(section);
    section.hidden = true;
  }

  start() {
    this.reset();
    if ($("everything").checked) $("everything").click();
    const { nodes, constants } = record;
    const tape = new Tape(nodes, constants, record.leaves);
    tape.forward();
    tape.backward();
    this.judge = new Judge(tape, DIGITS);
    Object.assign(this, { at: 0, right: 0, missed: [], hints: 0, open: true });
    this.show("");
    this.answer.focus();
  }

  leave() {
    this.open = false;
    this.show("");
  }

  get question() {
    return this.questions[this.at];
  }

  // As far as nothing is seen that is still to be asked.
  place() {
    const { passes, questions } = this;
    passes.consumers ??= passes.findConsumers();
    const seenAt = ({ kind, node, through }) => {
      if (kind === "value") return passes.evaluatedAt.get(node);
      const users = through === null ? passes.consumers[node].map(([user]) => user) : [through];
      return Math.min(...users.map((user) => passes.handedOnAt.get(user)));
    };
    const ahead = questions.slice(this.at).map(seenAt);
    return ahead.length ? Math.min(...ahead) - 1 : passes.end;
  }

  show(said, kind = "") {
    const { open, questions } = this;
    this.section.hidden = !open;
    document.body.classList.toggle("quizzing", open);
    document.querySelector(".panels").hidden = open;
    put("quiz-open", open ? "Leave quiz" : "Quiz");
    if (!open) return;
    const asks = this.at < questions.length;
    this.stepping.go(this.place());
    put("quiz-number", asks ? `${this.at + 1}/${questions.length}` : "");
    put("quiz-asked", asks ? `${this.question.asked} ?` : this.result());
    for (const part of ["answer", "check", "hint", "skip"]) $(`quiz-${part}`).hidden = !asks;
    put("quiz-said", said);
    $("quiz-said").dataset.kind = kind;
  }

  check() {
    if (!this.answer.value.trim()) return this.hint();
    if (this.passes.tape.data.some((number, node) => number !== this.judge.tape.data[node])) this.reset();
    const { question } = this;
    const judgement = this.judge.judge(question, this.answer.value);
    if (judgement === null)
      return this.show("Expected a number, such as 0.25, 1/4, 25% or arithmetic: 0.5 * 0.5", "vague");
    const { kind, cause } = judgement;
    const said = {
      right: "right",
      rounded: `right, from numbers rounded on the way (without that it is ${question.shown})`,
      follows: `right, given your earlier answer (with the right one it is ${question.shown})`,
      vague: `right so far; give it to ${ENOUGH} significant digits`,
      wrong: `no: it is ${question.shown}${cause ? ` (${cause})` : ""}`,
    }[kind];
    if (kind === "vague") return this.show(said, kind);
    if (kind === "wrong") this.missed.push([question, cause]);
    else this.right++;
    this.next(`${question.asked}: ${said}`, kind);
  }

  hint() {
    const { hints } = this.question;
    this.show(hints[this.hints++] ?? "there is no further hint; Skip shows the answer", "hint");
    this.answer.focus();
  }

  skip() {
    const { question } = this;
    this.judge.tell(question);
    this.missed.push([question, ""]);
    this.next(`${question.asked}: it is ${question.shown}`, "vague");
  }

  next(said, kind) {
    this.at++;
    this.hints = 0;
    this.answer.value = "";
    this.show(said, kind);
    if (this.at < this.questions.length) this.answer.focus();
  }

  result() {
    const result = `${this.right} of ${this.questions.length} right.`;
    if (!this.missed.length) return result;
    const kinds = new Map();
    for (const [{ kind }, cause] of this.missed) kinds.set(kind, [...(kinds.get(kind) ?? []), cause]);
    const lines = [...kinds].map(([kind, causes]) => {
      const named = [...new Set(causes.filter(Boolean))].join("; ");
      return `${kind}s, ${causes.length} missed${named ? `: ${named}` : ""}`;
    });
    return `${result} To practise: ${lines.join(". ")}`;
  }
}

const quiz = new Quiz(page, record.quiz);
quiz.start();
