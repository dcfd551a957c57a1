scan --rules
