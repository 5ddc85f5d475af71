using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit;

/// <summary>Every way to tamper with the sealed log is found, named with its place, and found by one check alone, so that no check is there for show.</summary>
public sealed class TamperingTests
{
    private sealed record Attack(AuditCheck FoundBy, string Says, Func<TamperingGround, Task> Do);

    private static readonly Dictionary<string, Attack> Attacks = new()
    {
        ["an action is changed"] = new(AuditCheck.Content, "Security, event 6,", ground => ground.Alter(6, e => e.SetProperty(x => x.Action, "sign_in.failed"))),
        ["a time is changed"] = new(AuditCheck.Content, "Security, event 6,", ground => ground.Alter(6, e => e.SetProperty(x => x.UtcMicroseconds, x => x.UtcMicroseconds + 1))),
        ["an actor is changed"] = new(AuditCheck.Content, "Security, events 6 to 7,", async ground =>
        {
            await ground.Alter(6, e => e.SetProperty(x => x.ActorId, (Guid?)Guid.NewGuid()));
            await ground.Alter(7, e => e.SetProperty(x => x.ActorId, (Guid?)Guid.NewGuid()));
        }),
        ["a name is changed with a new commitment"] = new(AuditCheck.Content, "Security, event 6,", ground => ground.Alter(6, e => e
            .SetProperty(x => x.ActorName, "Nobody").SetProperty(x => x.ActorSalt, new byte[16]).SetProperty(x => x.ActorCommitment, AuditFormat.ActorCommitment(new byte[16], "Nobody", null, null)))),
        ["a name is changed"] = new(AuditCheck.ActorPart, "Security, event 6,", ground => ground.Alter(6, e => e.SetProperty(x => x.ActorName, "Nobody"))),
        ["an address is changed"] = new(AuditCheck.ActorPart, "Security, event 6,", ground => ground.Alter(6, e => e.SetProperty(x => x.Address, "192.0.2.99"))),
        ["a difference is changed"] = new(AuditCheck.TargetPart, "Security, event 6,", ground => ground.Alter(6, e => e.SetProperty(x => x.Changes, "[]"))),
        ["a reason is changed"] = new(AuditCheck.TargetPart, "Security, event 6,", ground => ground.Alter(6, e => e.SetProperty(x => x.Reason, "Asked for "))),
        ["a name is erased"] = new(AuditCheck.Erased, "Security, event 6,", ground => ground.Alter(6, e => e.SetProperty(x => x.ActorName, "").SetProperty(x => x.ActorSalt, (byte[]?)null))),
        ["a target is erased"] = new(AuditCheck.Erased, "Security, event 6,", ground => ground.Alter(6, e => e
            .SetProperty(x => x.TargetName, (string?)null).SetProperty(x => x.Reason, (string?)null).SetProperty(x => x.Changes, (string?)null).SetProperty(x => x.TargetSalt, (byte[]?)null))),
        ["an event is emptied"] = new(AuditCheck.Stub, "Security, event 6,", ground => ground.Alter(6, e => e
            .SetProperty(x => x.StubbedByEventId, (Guid?)Guid.NewGuid()).SetProperty(x => x.Action, "").SetProperty(x => x.ActorName, "").SetProperty(x => x.TargetName, (string?)null))),
        ["an event is put under another seal"] = new(AuditCheck.Label, "Security, event 6,", ground => ground.Alter(6, e => e.SetProperty(x => x.SealId, (long?)1))),
        ["an event is written by somebody else"] = new(AuditCheck.Origin, "Security, event 17,", async ground =>
        {
            await ground.Do(async db =>
            {
                db.AuditEvents.Add(new AuditEvent { ActorName = "Mallory", Action = AuditAction.SignedIn.Code, Category = AuditCategory.SignIn, Outcome = AuditOutcome.Success }.Stamp(new byte[32]));
                await db.SaveChangesAsync();
            });
            await ground.Portal.Seal();
        }),
        ["an event is deleted"] = new(AuditCheck.Numbering, "Security, event 6,", ground => ground.Do(db => db.AuditEvents.Where(e => e.Stream == AuditStream.Security && e.Seq == 6).ExecuteDeleteAsync())),
        ["events are deleted"] = new(AuditCheck.Numbering, "Security, events 7 to 8,", ground => ground.Do(db => db.AuditEvents.Where(e => e.Stream == AuditStream.Security && (e.Seq == 7 || e.Seq == 8)).ExecuteDeleteAsync())),
        ["events are swapped"] = new(AuditCheck.Root, "Security, events 6 to 7,", async ground =>
        {
            var (sixth, seventh) = (await ground.IdOf(6), await ground.IdOf(7));
            await ground.Renumber(sixth, 1_000, 2);
            await ground.Renumber(seventh, 6, 2);
            await ground.Renumber(sixth, 7, 2);
        }),
        ["an event takes the place of another"] = new(AuditCheck.Root, "Security, events ", async ground =>
        {
            await ground.Portal.Record(AuditAction.SignedOut, 1);
            var other = (await ground.Portal.Event(AuditAction.SignedOut)).Id;
            await ground.Do(db => db.AuditEvents.Where(e => e.Stream == AuditStream.Security && e.Seq == 8).ExecuteDeleteAsync());
            await ground.Renumber(other, 8, 2);
        }),
        ["an event is hidden from sealing"] = new(AuditCheck.Cover, "Security, event 17,", async ground =>
        {
            await ground.Portal.Record(AuditAction.SignedOut, 1);
            await ground.Renumber((await ground.Portal.Event(AuditAction.SignedOut)).Id, 17, 5);
        }),
        ["events are said to be over"] = new(AuditCheck.Pruned, "Security, events 5 to 8,", ground => ground.Do(async db =>
        {
            await db.AuditEvents.Where(e => e.Stream == AuditStream.Security && e.SealId == 2).ExecuteDeleteAsync();
            await db.AuditSeals.Where(s => s.Stream == AuditStream.Security && s.SealId == 2).ExecuteUpdateAsync(s => s.SetProperty(x => x.PrunedByEventId, (Guid?)Guid.NewGuid()));
        })),
        ["the last seal is numbered anew"] = new(AuditCheck.SealNumbers, "seal 4 to 6 before it", async ground =>
        {
            await ground.ForgeLast(seal => TamperingGround.With(seal, id: 7));
            await ground.Do(db => db.AuditEvents.Where(e => e.Stream == AuditStream.Security && e.SealId == 4).ExecuteUpdateAsync(e => e.SetProperty(x => x.SealId, (long?)7)));
        }),
        ["a gap is made before the last seal"] = new(AuditCheck.SealRange, "Security, events 14 to 17,", async ground =>
        {
            await ground.ForgeLast(seal => TamperingGround.With(seal, first: 14));
            for (var seq = 16; seq >= 13; seq--)
                await ground.Renumber(await ground.IdOf(seq), seq + 1, 4);
        }),
        ["the last seal follows another"] = new(AuditCheck.PreviousHash, "Security, events 13 to 16,", ground => ground.ForgeLast(seal => seal, previous: new byte[32])),
        ["a seal is altered"] = new(AuditCheck.SealHash, "Security, events 5 to 8,", ground => ground.Do(db =>
            db.AuditSeals.Where(s => s.Stream == AuditStream.Security && s.SealId == 2).ExecuteUpdateAsync(s => s.SetProperty(x => x.MaxUtcMicroseconds, x => x.MaxUtcMicroseconds + 1)))),
        ["the last seal is dated back"] = new(AuditCheck.SealTimes, "Security, events 13 to 16,", ground => ground.ForgeLast(seal => TamperingGround.With(seal, at: seal.SealedUtcMicroseconds - 90_000_000))),
        ["a seal is forged without the key"] = new(AuditCheck.Signature, "Security, events 13 to 16,", ground => ground.ForgeLast(seal => TamperingGround.With(seal, max: seal.MaxUtcMicroseconds + 1), isSigned: false)),
        ["everything is signed anew with the present key"] = new(AuditCheck.KeyWindow, "Security, events 1 to 8,", async ground =>
        {
            var (id, key) = await ground.StolenKey();
            using (key)
                await ground.Forge(await ground.Seals(), id, hash => key.SignData(hash, HashAlgorithmName.SHA256));
        }),
        ["the last seal is signed with a key of one's own"] = new(AuditCheck.Endorsement, "Security, events 13 to 16,", async ground =>
        {
            var (row, key) = await ground.OwnKey((await ground.Seals())[^1].SealedUtcMicroseconds - 1, (await ground.CurrentKey()).KeyId);
            using (key)
                await ground.Forge([(await ground.Seals())[^1]], row.KeyId, hash => key.SignData(hash, HashAlgorithmName.SHA256));
            await ground.Do(async db =>
            {
                db.AuditKeys.Add(row);
                await db.SaveChangesAsync();
            });
        }),
        ["the whole log is made up"] = new(AuditCheck.FirstKey, "is not among those that the key folder of this server knows", async ground =>
        {
            var seals = await ground.Seals();
            var (row, key) = await ground.OwnKey(seals[0].SealedUtcMicroseconds - 1, null);
            using (key)
                await ground.Forge(seals, row.KeyId, hash => key.SignData(hash, HashAlgorithmName.SHA256));
            await ground.Do(async db =>
            {
                await db.AuditKeys.ExecuteDeleteAsync();
                await db.AuditSeals.Where(s => s.Stream != AuditStream.Security).ExecuteDeleteAsync();
                await db.AuditEvents.Where(e => e.Stream != AuditStream.Security).ExecuteDeleteAsync();
                await db.AuditHeads.Where(h => h.Stream != AuditStream.Security).ExecuteUpdateAsync(h => h.SetProperty(x => x.SealId, 0).SetProperty(x => x.Seq, 0).SetProperty(x => x.Hash, AuditFormat.FirstPreviousHash));
                db.AuditKeys.Add(row);
                await db.SaveChangesAsync();
            });
        }),
        ["a key that ended is made to last"] = new(AuditCheck.KeyEnds, "does not end where the next one begins", ground => ground.Do(db => db.AuditKeys.ExecuteUpdateAsync(k => k.SetProperty(x => x.ValidToMicroseconds, (long?)null)))),
        ["a chain is begun anew in silence"] = new(AuditCheck.BegunAnew, "which the key before did not endorse, and no sealed event tells", async ground =>
        {
            var from = AuditRecording.ToMicroseconds(ground.Portal.Clock.Now);
            var (row, key) = await ground.OwnKey(from, null);
            key.Dispose();
            ground.Files.Trust("default", AuditFormat.Fingerprint(row.PublicKey));
            await ground.Do(async db =>
            {
                await db.AuditKeys.Where(k => k.ValidToMicroseconds == null).ExecuteUpdateAsync(k => k.SetProperty(x => x.ValidToMicroseconds, (long?)from));
                db.AuditKeys.Add(row);
                await db.SaveChangesAsync();
            });
        }),
        ["the tail is cut"] = new(AuditCheck.Head, "the log ends with seal 3, while seal 4 was the last one made", ground => ground.CutTail(andHead: false)),
        ["the tail is cut well, or an old backup put back"] = new(AuditCheck.Checkpoint, "knows 16 events in 4 seals: its end was cut off", async ground =>
        {
            await ground.Portal.Run((AuditCheckpoints checkpoints) => checkpoints.MakeAsync(default));
            await ground.CutTail(andHead: true);
            await ground.Do(db => db.AuditCheckpoints.ExecuteDeleteAsync());
        }),
        ["sealing stands still"] = new(AuditCheck.Unsealed, "1 event waits for a seal since", async ground =>
        {
            await ground.Portal.Record(AuditAction.SignedOut, 1);
            ground.Portal.Clock.Advance(TimeSpan.FromMinutes(6));
        }),
    };

    // Which of them happen at places of their own, so that two of them are two findings.
    private static readonly string[] InTheMiddle = ["an action is changed", "a name is changed", "a difference is changed", "a target is erased", "an event is emptied", "an event is put under another seal", "an event is deleted", "events are swapped"];
    private static readonly string[] AtTheEnd = ["a seal is forged without the key", "the tail is cut", "an event is hidden from sealing", "a key that ended is made to last"];

    public static TheoryData<string> Each => [.. Attacks.Keys];

    public static TheoryData<string, string> Pairs => [.. InTheMiddle.Select((one, i) => (one, AtTheEnd[i % AtTheEnd.Length])), .. InTheMiddle.Select((one, i) => (one, AtTheEnd[(i + 1) % AtTheEnd.Length]))];

    [Fact]
    public async Task J04_A_log_that_nobody_touched_is_green()
    {
        await using var ground = await TamperingGround.LayAsync();

        var report = await ground.Verify();

        Assert.Equal([], report.Findings);
        Assert.True(report.IsGreen);
        Assert.Contains("Security, events 1 to 16 unaltered since they were sealed", report.ToText());
    }

    [Fact]
    public async Task J04_A_log_that_nobody_touched_is_green_on_PostgreSQL_and_an_altered_one_is_not()
    {
        await using var ground = await TamperingGround.LayAsync(DatabaseProvider.PostgreSql);
        var untouched = await ground.Verify();
        await Attacks["a name is changed"].Do(ground);

        var touched = await ground.Verify();

        Assert.True(untouched.IsGreen, untouched.ToText());
        Assert.Contains("Security, event 6,", Assert.Single(touched.Findings).Sentence);
        Assert.Contains("Security, events 1 to 5, 7 to 16 unaltered", touched.ToText());
    }

    [Theory, MemberData(nameof(Each))]
    public async Task J04_An_attack_is_named_with_its_place_and_goes_unnoticed_without_its_check(string name)
    {
        var attack = Attacks[name];
        await using var ground = await TamperingGround.LayAsync();
        await attack.Do(ground);

        var report = await ground.Verify();
        var without = await ground.Verify(null, attack.FoundBy);

        Assert.Equal([attack.FoundBy], report.Findings.Select(finding => finding.Check).Distinct());
        Assert.Contains(report.Findings, finding => finding.Sentence.Contains(attack.Says, StringComparison.Ordinal));
        Assert.False(report.IsGreen);
        Assert.True(without.IsGreen, without.ToText());
    }

    [Theory, MemberData(nameof(Pairs))]
    public async Task J04_Two_attacks_are_both_named(string one, string other)
    {
        await using var ground = await TamperingGround.LayAsync();
        await Attacks[one].Do(ground);
        await Attacks[other].Do(ground);

        var report = await ground.Verify();

        foreach (var attack in new[] { Attacks[one], Attacks[other] })
            Assert.Contains(report.Findings, finding => finding.Check == attack.FoundBy && finding.Sentence.Contains(attack.Says, StringComparison.Ordinal));
    }

    [Fact]
    public void J04_No_check_is_there_for_show() =>
        Assert.Equal(Enum.GetValues<AuditCheck>().Order(), Attacks.Values.Select(attack => attack.FoundBy).Distinct().Order());

    [Fact]
    public async Task J04_What_an_officer_kept_shows_a_log_that_was_cut_although_the_server_forgot_its_checkpoints()
    {
        await using var ground = await TamperingGround.LayAsync();
        var kept = (await ground.Portal.Run((AuditCheckpoints checkpoints) => checkpoints.MakeAsync(default))).Value!;
        await ground.CutTail(andHead: true);
        await ground.Do(db => db.AuditCheckpoints.ExecuteDeleteAsync());
        File.Delete(ground.Portal.Services.GetRequiredService<CheckpointFile>().Path);

        var unaided = await ground.Verify();
        var aided = await ground.Verify(new(string.Join("\r\n> ", kept.Select(note => note.ToString()))));
        var stranger = await ground.Verify(new(Fingerprint: new string('0', 64)));

        Assert.True(unaided.IsGreen, unaided.ToText());
        Assert.Contains("that you brought", Assert.Single(aided.Findings).Sentence);
        Assert.Contains("not the one you gave", Assert.Single(stranger.Findings).Sentence);
    }

    [Fact]
    public async Task J05_What_sealed_events_tell_to_have_been_removed_or_erased_is_green()
    {
        await using var ground = await TamperingGround.LayAsync();
        var person = (await ground.Portal.Events(AuditAction.SignedIn))[9].TargetId!.Value;
        var limit = AuditRecording.ToMicroseconds(ground.Portal.Clock.Now);
        var tellers = await ground.Portal.Run(async (UserAdminDbContext db) =>
        {
            void Tell(string code, Guid? target, params FieldChange[] says) => db.Record(new(code, AuditCategory.System, code, code), Actor.System, new(target, "the audit log"), ground.Portal.Clock.Now, says);
            Tell("audit.pruned", null, new("stream", null, "1"), new("seals", null, "1"));
            Tell("audit.emptied", null, new("stream", null, "1"), new("before", null, $"{limit}"), new("events", null, "1"));
            Tell("audit.person_erased", person);
            await db.SaveChangesAsync();
            return await db.AuditEvents.Where(e => e.Stream == AuditStream.Legal && e.Seq == null).ToDictionaryAsync(e => e.Action, e => e.Id);
        });
        await ground.Portal.Seal();
        await ground.Do(async db =>
        {
            await db.AuditEvents.Where(e => e.Stream == AuditStream.Security && e.SealId == 1).ExecuteDeleteAsync();
            await db.AuditSeals.Where(s => s.Stream == AuditStream.Security && s.SealId == 1).ExecuteUpdateAsync(s => s.SetProperty(x => x.PrunedByEventId, (Guid?)tellers["audit.pruned"]));
            await db.AuditEvents.Where(e => e.TargetId == person && e.Stream == AuditStream.Security).ExecuteUpdateAsync(e => e
                .SetProperty(x => x.TargetName, (string?)null).SetProperty(x => x.Reason, (string?)null).SetProperty(x => x.Changes, (string?)null).SetProperty(x => x.TargetSalt, (byte[]?)null));
            await db.AuditEvents.Where(e => e.Stream == AuditStream.Security && e.Seq == 6).ExecuteUpdateAsync(e => e
                .SetProperty(x => x.StubbedByEventId, (Guid?)tellers["audit.emptied"]).SetProperty(x => x.Action, "").SetProperty(x => x.ActorName, "").SetProperty(x => x.ActorSalt, (byte[]?)null)
                .SetProperty(x => x.TargetId, (Guid?)null).SetProperty(x => x.TargetName, (string?)null).SetProperty(x => x.Reason, (string?)null).SetProperty(x => x.Changes, (string?)null));
        });

        var report = await ground.Verify();

        Assert.True(report.IsGreen, report.ToText());
        Assert.Equal([AuditCheck.Pruned, AuditCheck.Stub, AuditCheck.Erased], report.Findings.Select(finding => finding.Check));
        Assert.Contains("Security, events 5, 7 to 16 unaltered", report.ToText());
    }
}
