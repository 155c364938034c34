// Follows the start of a notebook server, and loads the page again when it is there.
const bar = document.getElementById('progress');
const step = document.getElementById('step');
const events = new EventSource(bar.dataset.url);

events.onmessage = ({ data }) => {
  const event = JSON.parse(data);
  if (typeof event.progress === 'number') bar.value = event.progress;
  if (bar.dataset[event.step]) step.textContent = bar.dataset[event.step];
  if (event.failed) {
    events.close();
    bar.hidden = true;
    step.textContent = bar.dataset.failed;
  }
  if (event.ready) {
    events.close();
    location.reload();
  }
};
