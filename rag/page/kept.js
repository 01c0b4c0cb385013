// Conversations in this browser's storage, each under a name of its own, so that one tab never writes over another's.
// This stands at the head of each function that reads or writes them: see rag/page/history.py.
const ALL = "rag-conversation";
const MOST = 20;
const named = (key) => `${ALL}:${key}`;

// Oldest first; what cannot be read counts as the oldest, and has no key.
function stored() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(ALL));
    return names.map((name) => ({ name, at: 0, ...parsed(localStorage.getItem(name)) })).sort((a, b) => a.at - b.at);
  } catch {
    return []; // a browser that keeps nothing
  }
}

function parsed(text) {
  try {
    const { key, at, exchanges } = JSON.parse(text);
    return exchanges.length ? { key, at, exchanges } : {};
  } catch {
    return {};
  }
}

// What the server is told: which conversations there are, and the whole of the one named.
function told(key) {
  const known = stored().filter((one) => one.key);
  const heads = known.map((one) => ({ key: one.key, question: one.exchanges[0].question, n: one.exchanges.length }));
  return { key, heads, exchanges: known.find((one) => one.key === key)?.exchanges ?? [] };
}

// Write one conversation; the oldest others go where there are too many, or no room.
function write(one) {
  const others = stored().filter((other) => other.name !== named(one.key));
  while (others.length >= MOST) localStorage.removeItem(others.shift().name);
  for (;;) {
    try {
      return localStorage.setItem(named(one.key), JSON.stringify({ ...one, at: Date.now() }));
    } catch {
      if (!others.length) return;
      localStorage.removeItem(others.shift().name);
    }
  }
}

// Delete one conversation, or, where none is named, all but the present one.
function forget(key, present) {
  for (const one of stored())
    if (key ? one.key === key : one.key !== present) localStorage.removeItem(one.name);
}
