/** Members of a list by what `keyOf` says of them, in the order of the list. */
export const groupBy = <T, K>(list: readonly T[], keyOf: (member: T) => K): ReadonlyMap<K, readonly T[]> => {
  const groups = new Map<K, T[]>();
  for (const member of list) {
    const key = keyOf(member);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [member]);
    else group.push(member);
  }
  return groups;
};
