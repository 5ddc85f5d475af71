// A mail server for tests. Says on its standard output, a line of JSON each, where it listens and what it got. Options come as JSON in the
// first argument: port, user, password, key, cert. What it does with a recipient depends on the name before the @.
const { SMTPServer } = require('smtp-server');

const options = JSON.parse(process.argv[2]);
const say = what => process.stdout.write(JSON.stringify(what) + '\n');
const refuse = (code, words) => Object.assign(new Error(words), { responseCode: code });

const server = new SMTPServer({
    key: options.key,
    cert: options.cert,
    disabledCommands: options.cert ? [] : ['STARTTLS'],
    authOptional: !options.user,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth: (auth, session, done) =>
        auth.username === options.user && auth.password === options.password ? done(null, { user: auth.username }) : done(refuse(535, `Wrong password ${auth.password}`)),
    onRcptTo: ({ address }, session, done) => {
        const name = address.split('@')[0];
        if (name === 'unknown') return done(refuse(550, '5.1.1 No such user here'));
        if (name === 'full') return done(refuse(452, '4.2.2 Mailbox full'));
        if (name === 'poison') return server.connections.forEach(connection => connection.session === session && connection._socket.destroy());
        done();
    },
    onData: (stream, session, done) => {
        const chunks = [];
        stream.on('data', chunk => chunks.push(chunk));
        stream.on('end', () => {
            const { mailFrom, rcptTo } = session.envelope;
            if (rcptTo[0].address.startsWith('spam')) return done(refuse(554, '5.7.1 Looks like spam'));
            say({ from: mailFrom.address, to: rcptTo.map(to => to.address), raw: Buffer.concat(chunks).toString('utf8'), secure: session.secure, user: session.user || null });
            done(null, 'Taken');
        });
    },
});
server.on('error', failure => process.stderr.write(`${failure}\n`));
server.listen(options.port, '127.0.0.1', () => say({ port: server.server.address().port }));
// Ends with the tests, however these end.
process.stdin.on('end', () => process.exit(0)).resume();
