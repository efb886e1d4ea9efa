// One step of the browser's history for each page. Streamlit pushes one for every change of the address, and the address
// holds the whole view: without this, a planner who moved a lever ten times would press "back" eleven times to leave.
if (!window.poolcastHistory) {
  window.poolcastHistory = true;
  const push = window.history.pushState.bind(window.history);
  window.history.pushState = (state, title, address) => {
    const isSamePage = new URL(address ?? "", window.location.href).pathname === window.location.pathname;
    return isSamePage ? window.history.replaceState(state, title, address) : push(state, title, address);
  };
}
