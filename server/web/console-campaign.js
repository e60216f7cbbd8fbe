// One campaign: what happens in it is shown when it happens, by the events of its conversation.

import { refresh, toast } from "/assets/console.js";
import { Live } from "/assets/live.js";

const { conversation, after, campaign } = document.getElementById("progress").dataset;
const nothing = () => {};
let lost = false;

const again = () => refresh("progress", "plan", "events", "moves", "results");

new Live(conversation, Number(after), {
  connected() { if (lost) again(); lost = false; },
  lost() { lost = true; },
  door: () => location.reload(),
  gone: nothing,
  event(event) {
    if (event.type !== "CUSTOM") return;
    if (event.name === "campaign_progress" && event.value.campaign_id === campaign) {
      toast(event.value.message);
      again();
    } else if (event.name === "approval_decided") again();
  },
});
