/**
 * Asks again and again until the answer is yes. For what nothing announces, such as a supervisor that looks by itself
 * whether a server is back.
 *
 * @returns whether it was yes within some ten seconds
 */
export const eventually = async (condition: () => Promise<boolean>): Promise<boolean> => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
};
