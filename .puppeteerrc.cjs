// Set-up looks for an installed Chrome first and downloads one only where none is found, so `npm ci` must not fail on it.
module.exports = { skipDownload: true };
