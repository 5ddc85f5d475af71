using UserAdmin.Core.Common;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Settings;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>What the compliance address is told. Nothing happens while no address is set.</summary>
public sealed class ComplianceMail(Policies policies, Outbox outbox, PublicAddress address)
{
    private string Link => address.Link("/audit/verification");

    /// <summary>Events were altered before they were sealed.</summary>
    public Task AlarmAsync(string what, CancellationToken cancel) => AddAsync(MailKind.AuditAlarm, cancel, ("what", what), ("link", Link));

    public Task CheckpointAsync(IReadOnlyDictionary<AuditStream, CheckpointNote> notes, CancellationToken cancel)
    {
        string Of(AuditStream stream) => notes.GetValueOrDefault(stream)?.ToString() ?? "-";
        return AddAsync(MailKind.AuditCheckpoint, cancel,
            ("fingerprints", string.Join(", ", notes.OrderBy(note => note.Key).Select(note => $"{note.Key} {note.Value.ShortFingerprint}"))),
            ("security", Of(AuditStream.Security)), ("routine", Of(AuditStream.Routine)), ("legal", Of(AuditStream.Legal)), ("link", Link));
    }

    public Task BehindAsync(string why, CancellationToken cancel) => AddAsync(MailKind.AuditBehind, cancel, ("why", why), ("link", Link));

    private async Task AddAsync(MailKind kind, CancellationToken cancel, params (string Name, string Value)[] values)
    {
        if ((await policies.GetAsync<CompliancePolicy>(cancel)).Address is { Length: > 0 } to)
            await outbox.AddAsync(kind, new(null, to, "", "en"), null, cancel, values);
    }
}
