// Stands in for react-devtools-core and what it speaks through, which Ink loads when the environment has DEV=true: that is not about us.
export default { initialize() {}, connectToDevTools() {} };
