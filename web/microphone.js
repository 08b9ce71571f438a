// Turns a microphone into frames of PCM at the rate it really has, and its failures into words.

/** What went wrong, and what to do about it. */
export function microphoneProblem(error) {
  switch (error.name) {
    case "InsecureContext":
      return "Browsers give the microphone to secure pages only. Open this page over https, or on the server's own machine as http://localhost.";
    case "NotAllowedError":
      return "The microphone was not allowed. Allow it beside the page's address, then start again.";
    case "NotFoundError":
      return "There is no microphone. Connect one, then start again.";
    case "OverconstrainedError":
      return "That microphone is not there any more. Choose another one.";
    case "NotReadableError":
      return "The microphone can't be opened. Perhaps another program is using it.";
    default:
      return `The microphone can't be used: ${error.message}`;
  }
}

/** The microphones there are. They have names only after the first time that one was allowed. */
export async function microphones() {
  const devices = await navigator.mediaDevices?.enumerateDevices() ?? [];
  return devices.filter((device) => device.kind === "audioinput" && device.deviceId);
}

/**
 * Opens a microphone. `processing` has echoCancellation, noiseSuppression and autoGainControl.
 * `on.frame(pcm, level)` gets every frame, `on.lost()` is told when the device is unplugged.
 */
export async function openMicrophone(deviceId, processing, on) {
  if (!window.isSecureContext || !navigator.mediaDevices) {
    throw Object.assign(new Error("not a secure page"), { name: "InsecureContext" });
  }
  const device = deviceId ? { deviceId: { exact: deviceId } } : {};
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, ...processing, ...device } });
  const [track] = stream.getAudioTracks();
  // The device's own rate: a rate that is asked for is ignored by some browsers. The server resamples.
  const context = new AudioContext();
  await context.audioWorklet.addModule("/static/capture-worklet.js");
  await context.resume();
  const node = new AudioWorkletNode(context, "capture", { channelCount: 1, channelCountMode: "explicit" });
  const emptied = new Promise((resolve) => {
    node.port.onmessage = ({ data }) => (data.isLast ? resolve() : on.frame(data.pcm, data.level));
  });
  // The node writes silence; being connected to the end is what makes browsers run it.
  context.createMediaStreamSource(stream).connect(node).connect(context.destination);
  track.addEventListener("ended", on.lost);
  return {
    rate: context.sampleRate,
    name: track.label,
    /** Hands over what is left, and closes. */
    async stop() {
      track.removeEventListener("ended", on.lost);
      track.stop();
      node.port.postMessage("stop");
      await emptied;
      await context.close();
    },
  };
}
