/** How far this device's clock is from the server's: what the server says of a claim's end is counted down by it. */
export const useServerClock = onePerApp(() => {
  let ahead = 0
  return {
    /** Every answer says what time it is there, to the second. */
    heed(response: Response) {
      const there = Date.parse(response.headers.get('date') ?? '')
      if (there) ahead = Date.now() - there
    },
    /** A moment of the server's, by this device's clock. Some seconds are the way and the rounding, and no difference. */
    local: (iso: string) => Date.parse(iso) + (Math.abs(ahead) > 5_000 ? ahead : 0),
  }
})
