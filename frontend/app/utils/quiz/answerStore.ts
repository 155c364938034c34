import type { QuizAnswer } from '~/api/types'
import type { Answers, AnswerStore } from './answerKeeper'

function read(text: string): QuizAnswer | null | undefined {
  try {
    return JSON.parse(text) as QuizAnswer | null
  }
  catch {
    return undefined
  }
}

/** Answers of an attempt that wait on this device, one entry each: two tabs of it do not overwrite each other's. */
export function answerStore(user: number, attempt: number): AnswerStore & { heard: (event: StorageEvent) => { question: string, answer: QuizAnswer | null } | null } {
  const prefix = `tenarai.quiz.${user}.${attempt}.`
  // Storage may be forbidden, or full: then only the page knows.
  const attempting = (what: () => void) => {
    try {
      what()
    }
    catch { /* see above */ }
  }
  return {
    all() {
      const found: Answers = {}
      attempting(() => Object.keys(localStorage).filter(key => key.startsWith(prefix)).forEach((key) => {
        const answer = read(localStorage.getItem(key)!)
        if (answer === undefined) localStorage.removeItem(key)
        else found[key.slice(prefix.length)] = answer
      }))
      return found
    },
    put: (question, answer) => attempting(() => localStorage.setItem(prefix + question, JSON.stringify(answer))),
    // Unless the other tab has given another one meanwhile.
    remove: (question, sent) => attempting(() => {
      if (localStorage.getItem(prefix + question) === JSON.stringify(sent)) localStorage.removeItem(prefix + question)
    }),
    /** What another tab has just been given. */
    heard({ key, newValue }) {
      const answer = key?.startsWith(prefix) && newValue !== null ? read(newValue) : undefined
      return answer === undefined ? null : { question: key!.slice(prefix.length), answer }
    },
  }
}
