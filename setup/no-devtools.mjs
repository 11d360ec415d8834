// Stands in for react-devtools-core, which Ink loads when the environment has DEV=true: that is not about us.
export default { initialize() {}, connectToDevTools() {} };
