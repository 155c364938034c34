// The door through which Jupyter loads a federated extension: a container with `init` and `get`.
// What a bundler would write here; the extension itself is plain ES modules beside this file.
(() => {
  const here = document.currentScript.src;
  let scope;

  /** A module that Jupyter shares, such as @jupyterlab/notebook: the one instance the whole page uses. */
  const shared = async name => {
    const [provider] = Object.values(scope[name] ?? {});
    if (!provider) throw new Error(`Jupyter does not share ${name}`);
    return (await provider.get())();
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['@tenarai/bridge'] = {
    init: given => {
      scope = given;
    },
    get: async () => {
      const { createPlugin } = await import(new URL('extension.js', here).href);
      const plugin = await createPlugin(shared);
      return () => ({ __esModule: true, default: plugin });
    }
  };
})();
