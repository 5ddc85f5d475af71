using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Me;

/// <summary>Confirms that a phone belongs to its person, by a code of six digits that works for ten minutes and five tries.</summary>
public sealed class PhoneConfirmation(UserAdminDbContext db, Outbox outbox, Allowance allowance, IOptions<SmsSettings> sms, TimeProvider clock)
{
    public static readonly Problem WrongCode = new(ProblemKind.Invalid, "phone.wrong_code", "This is not the code, or it is too old. After five wrong codes you need a new one.");

    private const int MostTries = 5, MostPerHour = 3;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private static readonly Problem NotPossible = new(ProblemKind.Invalid, "phone.not_possible", "There is no phone number that a code could be sent to.");
    private static readonly Problem TooMany = new(ProblemKind.Busy, "phone.too_many", "You asked for this too often. Try again in an hour.");

    /// <summary>Without an SMS service there is nothing to offer.</summary>
    public bool IsPossible => sms.Value.IsConfigured;

    public async Task<Result> SendAsync(Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == actor.UserId, cancel);
        if (!IsPossible || user is not { PhoneNumber: { } phone, PhoneNumberConfirmed: false })
            return NotPossible;
        if (!await allowance.TakeAsync($"phone-code:{user.Id}", MostPerHour, cancel))
            return TooMany;

        var code = RandomNumberGenerator.GetString("0123456789", 6);
        return await db.WriteAsync(async () =>
        {
            var now = clock.GetUtcNow();
            await Waiting(user.Id).ExecuteDeleteAsync(cancel);
            db.OneTimeTokens.Add(new() { UserId = user.Id, Purpose = OneTimePurpose.PhoneConfirmation, Hash = HashOf(user.Id, phone, code), Subject = phone, CreatedAt = now, ExpiresAt = now + Life });
            await outbox.AddSmsAsync(MailKind.PhoneCode, user, phone, actor.CorrelationId, cancel, ("code", code), ("minutes", $"{Life.TotalMinutes}"));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    public async Task<Result> ConfirmAsync(string code, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        if (actor.UserId is not { } userId || !await CountTryAsync(userId, cancel))
            return WrongCode;
        return await db.WriteAsync(async () =>
        {
            var now = clock.GetUtcNow();
            var user = await db.Users.SingleAsync(u => u.Id == userId, cancel);
            var hash = HashOf(userId, user.PhoneNumber ?? "", code.Trim());
            if (await Waiting(userId).Where(t => t.Hash == hash && t.ExpiresAt > now).ExecuteDeleteAsync(cancel) == 0)
                return WrongCode;
            (user.PhoneNumberConfirmed, user.UpdatedAt, user.ConcurrencyStamp) = (true, now, Guid.NewGuid().ToString("N"));
            db.Record(AuditAction.PhoneConfirmed, actor, user, now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    // In a transaction of its own: a wrong code must count although nothing else is kept of it, and parallel guesses must not outrun the counter.
    private async Task<bool> CountTryAsync(Guid userId, CancellationToken cancel)
    {
        var counted = 0;
        await db.WriteAsync(async () =>
        {
            counted = await Waiting(userId).Where(t => t.Attempts < MostTries).ExecuteUpdateAsync(row => row.SetProperty(t => t.Attempts, t => t.Attempts + 1), cancel);
            return Result.Ok;
        }, cancel);
        return counted == 1;
    }

    private IQueryable<OneTimeToken> Waiting(Guid userId) => db.OneTimeTokens.Where(t => t.UserId == userId && t.Purpose == OneTimePurpose.PhoneConfirmation);

    // With user and number in it: two people may get the same code, and a code is for the number it was sent to.
    private static byte[] HashOf(Guid userId, string phone, string code) => SessionKey.Hash($"{userId}|{phone}|{code}");
}
