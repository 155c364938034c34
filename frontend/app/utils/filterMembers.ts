import type { Member } from '~/api/types'

const plain = (text: string) => text.normalize('NFKC').toLocaleLowerCase()

/** Every word must be found in name, address or department; widths and case do not matter. */
export function filterMembers(members: Member[], { search, role, state }: { search: string, role: string, state: string }): Member[] {
  const words = plain(search).split(/\s+/).filter(Boolean)
  return members.filter((member) => {
    const text = plain([member.display_name, member.email, member.department ?? ''].join(' '))
    return words.every(word => text.includes(word))
      && (!role || member.roles.some(it => it === role))
      && (!state || !member.disabled_at === (state === 'active'))
  })
}
