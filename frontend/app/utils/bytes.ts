/** Bytes as GB with one decimal: memory is read at a glance beside its limit. */
export const gigabytes = (bytes: number) => (bytes / 1024 ** 3).toFixed(1)
