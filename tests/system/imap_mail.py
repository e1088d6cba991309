# SPDX-License-Identifier: Apache-2.0
"""A customer's mail, for those tests that put some into a mailbox."""
import email.message
import email.policy


def mail_of(message_id, subject, text, attachments=(), **heads):
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"] = "Ada Lovelace <ada@kunde.example>", "hilfe@weiss.example"
    mail["Subject"], mail["Message-ID"] = subject, message_id
    for name, value in heads.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    for name, content in attachments:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()
