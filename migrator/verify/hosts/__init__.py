"""What the issuers' hosts answer today: asked politely, named, recorded."""
