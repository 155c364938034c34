export default { legacy: false, fallbackLocale: 'ja', missingWarn: true, fallbackWarn: false }
