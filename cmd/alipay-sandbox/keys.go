package main

// The files in the key folder.
const (
	privateKeyFile = "alipay_private_key.pem"
	publicKeyFile  = "alipay_public_key.pem"
)
