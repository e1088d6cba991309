# SPDX-License-Identifier: Apache-2.0
"""A real IMAP server on loopback (dovecot) with its own configuration, folder and users."""
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_login_user = {login}
default_internal_group = {group}
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 0
first_valid_gid = 0
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    def __init__(self, folder, user, password, cert, key):
        self.user, self.password = user, password
        self.port, self.tls_port = free_port(), free_port()
        for name in ("run", "state", "mail"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        with open(os.path.join(folder, "users"), "w", encoding="utf-8") as users:
            users.write("%s:{PLAIN}%s\n" % (user, password))
        me = getpass.getuser()
        # Its login and mail processes refuse to be root.
        owner = pwd.getpwnam("nobody" if os.getuid() == 0 else me)
        with open(os.path.join(folder, "d.conf"), "w", encoding="utf-8") as conf:
            conf.write(CONFIG.format(folder=folder, user=me, login=owner.pw_name,
                                     group=grp.getgrgid(os.getgid()).gr_name, uid=owner.pw_uid, gid=owner.pw_gid,
                                     port=self.port, tls_port=self.tls_port, cert=cert, key=key))
        if os.getuid() == 0:
            for name in ("", "run", "state"):
                os.chmod(os.path.join(folder, name), 0o755)
            os.chown(os.path.join(folder, "mail"), owner.pw_uid, owner.pw_gid)
        self.process = subprocess.Popen([shutil.which("dovecot") or "/usr/sbin/dovecot", "-F", "-c",
                                         os.path.join(folder, "d.conf")], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                self.box = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
                self.box.login(user, password)
                return
            except (OSError, imaplib.IMAP4.error):
                if time.monotonic() >= deadline:
                    self.process.send_signal(signal.SIGTERM)
                    with open(os.path.join(folder, "log"), encoding="utf-8") as log:
                        raise AssertionError("dovecot: " + log.read()[-1500:]) from None
                time.sleep(0.05)

    def append(self, folder, mail):
        done = self.box.append(folder, None, None, mail)
        assert done[0] == "OK", done

    def unseen(self, folder):
        self.box.select(folder, readonly=True)
        return self.box.search(None, "UNSEEN")[1][0].split()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)
