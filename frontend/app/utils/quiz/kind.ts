import type { QuizAnswer, QuizQuestion } from '~/api/types'

export type KindName = QuizAnswer['kind']
type Of<T, K> = Extract<T, { kind: K }>
type Outcome = NonNullable<QuizQuestion['outcome']>

/** What the component of a kind is given. */
export interface KindProps<K extends KindName> {
  question: Omit<QuizQuestion, 'asked' | 'outcome'> & {
    asked: Of<QuizQuestion['asked'], K>
    outcome?: (Omit<Outcome, 'solution'> & { solution?: Of<NonNullable<Outcome['solution']>, K> | null }) | null
  }
  answer: Of<QuizAnswer, K> | null
  disabled: boolean
  /** Ids of the elements that name the field. */
  labelledby: string
}

/** And what it says. */
export interface KindEmits<K extends KindName> {
  answer: [answer: Of<QuizAnswer, K> | null]
}
