/** Says in a notice what went wrong with what was just asked for. */
export function useComplain() {
  const { notify } = useNotices()
  const { t } = useI18n()
  return (error: unknown) => {
    const problem = asProblem(error)
    const { message, unreachable } = problem
    notify(unreachable ? t('problem.unreachable.title') : message || t('problem.unexpected.title'), 'problem')
  }
}
