using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>
/// Gives events from before there were seals what a seal stands on, once, before the first seal. Afterwards an event that lacks it was not written by the portal.
/// </summary>
public sealed class AuditAdoption(UserAdminDbContext db, TimeProvider clock)
{
    private const int AtOnce = 5_000;
    private const string Done = "done";

    /// <summary>Does nothing when it was done before; killed half way it goes on where it was.</summary>
    public async Task AdoptAsync(CancellationToken cancel)
    {
        while (await FactAsync(cancel) is not { Value: Done } && await AdoptSomeAsync(cancel))
            db.ChangeTracker.Clear();
    }

    private async Task<bool> AdoptSomeAsync(CancellationToken cancel)
    {
        var goesOn = false;
        await db.WriteAsync(async () =>
        {
            // Whoever seals or adopts waits here.
            await db.AuditHeads.ExecuteUpdateAsync(head => head.SetProperty(h => h.Version, h => h.Version + 1), cancel);
            var fact = await FactAsync(cancel);
            if (fact?.Value == Done)
                return Result.Ok;
            if (fact is null)
                db.AuditFacts.Add(fact = new() { Name = AuditFact.Adopted, Value = $"0 {Guid.Empty}" });

            // Once something is sealed there is nothing to adopt, whatever the fact says.
            var mayAdopt = !await db.AuditSeals.AnyAsync(cancel);
            var (count, last) = Read(fact.Value);
            var events = mayAdopt
                ? await db.AuditEvents.AsNoTracking().Where(e => e.Stream == AuditStream.Security && e.Seq == null && e.Leaf == null && e.Id > last).OrderBy(e => e.Id).Take(AtOnce).ToListAsync(cancel)
                : [];
            if (events.Count > 0)
                await StampAsync(events, cancel);
            goesOn = events.Count == AtOnce;
            count += events.Count;
            if (!goesOn && count > 0)
                db.Record(AuditAction.AuditAdopted, Actor.System, new(null, string.Create(CultureInfo.InvariantCulture, $"{count} events")), clock.GetUtcNow());
            fact.Value = goesOn ? string.Create(CultureInfo.InvariantCulture, $"{count} {events[^1].Id}") : Done;
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return goesOn;
    }

    private async Task StampAsync(List<AuditEvent> events, CancellationToken cancel)
    {
        var macKey = db.GetService<MasterKey>().AuditKey;
        events.ForEach(e => e.Stamp(macKey));
        if (db is PostgresUserAdminDbContext)
        {
            byte[][] Each(Func<AuditEvent, byte[]?> part) => [.. events.Select(e => part(e)!)];
            var (ids, streams) = (events.Select(e => e.Id).ToArray(), events.Select(e => (short)e.Stream).ToArray());
            await db.Database.ExecuteSqlAsync($"""
                UPDATE audit_events e SET stream = n.stream, actor_salt = n.actor_salt, actor_commitment = n.actor_commitment, target_salt = n.target_salt, target_commitment = n.target_commitment, leaf = n.leaf, leaf_mac = n.leaf_mac
                FROM unnest({ids}, {streams}, {Each(e => e.ActorSalt)}, {Each(e => e.ActorCommitment)}, {Each(e => e.TargetSalt)}, {Each(e => e.TargetCommitment)}, {Each(e => e.Leaf)}, {Each(e => e.LeafMac)})
                AS n(id, stream, actor_salt, actor_commitment, target_salt, target_commitment, leaf, leaf_mac) WHERE e.id = n.id
                """, cancel);
            return;
        }
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        command.CommandText = """
            UPDATE audit_events SET stream = @stream, actor_salt = @actor_salt, actor_commitment = @actor_commitment, target_salt = @target_salt, target_commitment = @target_commitment, leaf = @leaf, leaf_mac = @leaf_mac
            WHERE id = @id
            """;
        foreach (var e in events)
        {
            command.Parameters.Clear();
            Add(command, "@stream", (short)e.Stream);
            Add(command, "@actor_salt", e.ActorSalt!);
            Add(command, "@actor_commitment", e.ActorCommitment!);
            Add(command, "@target_salt", e.TargetSalt!);
            Add(command, "@target_commitment", e.TargetCommitment!);
            Add(command, "@leaf", e.Leaf!);
            Add(command, "@leaf_mac", e.LeafMac!);
            Add(command, "@id", e.Id);
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }

    private Task<AuditFact?> FactAsync(CancellationToken cancel) => db.AuditFacts.SingleOrDefaultAsync(f => f.Name == AuditFact.Adopted, cancel);

    private static (long Count, Guid Last) Read(string value) =>
        value.Split(' ') is [var count, var last] ? (long.Parse(count, CultureInfo.InvariantCulture), Guid.Parse(last)) : (0, Guid.Empty);
}
