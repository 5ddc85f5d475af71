using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Branding;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Notifications;

/// <summary>
/// Sends what is due. A message is taken by an UPDATE that holds it for some minutes, so of many servers one sends it; should that one die,
/// another takes it when the time is over.
/// </summary>
public sealed partial class OutboxDelivery(TenantDatabases databases, IServiceScopeFactory scopes, TimeProvider clock, ILogger<OutboxDelivery> logger)
{
    /// <summary>How long one attempt may take.</summary>
    public static readonly TimeSpan AttemptLimit = TimeSpan.FromMinutes(1);

    /// <summary>Minutes until the next attempt; after these it is every hour.</summary>
    private static readonly int[] Pauses = [1, 5, 15, 60];

    /// <summary>The four pauses above and hours up to a day after the first attempt.</summary>
    public const int MostAttempts = 27;

    private const int AtOnce = 4, TakenTogether = 8;

    // Twice the time the messages taken together need at worst.
    private static readonly TimeSpan Hold = AttemptLimit * (2 * TakenTogether / AtOnce);

    private sealed record Held(OutboxMessage Message, DateTimeOffset Until);

    /// <summary>Sends until nothing is due any more. Whatever has been begun when <paramref name="stop"/> says so is brought to its end.</summary>
    public async Task SendDueAsync(Tenant tenant, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await TakeAsync(tenant, stop) is { Count: > 0 } taken)
            await Parallel.ForEachAsync(taken, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = CancellationToken.None },
                async (held, _) => await AttemptAsync(tenant, held, stop));
    }

    /// <summary>When the next message is due that can be sent at all; null when none waits.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(Tenant tenant, CancellationToken cancel)
    {
        await using var scope = Open(tenant);
        await using var db = databases.OpenOnce(tenant);
        var next = await Waiting(scope.ServiceProvider, db)
            .OrderBy(m => m.NextAttemptAt).Select(m => new { m.NextAttemptAt, m.HeldUntil }).FirstOrDefaultAsync(cancel);
        return next is null ? null : next.HeldUntil > next.NextAttemptAt ? next.HeldUntil : next.NextAttemptAt;
    }

    private async Task<List<Held>> TakeAsync(Tenant tenant, CancellationToken cancel)
    {
        await using var scope = Open(tenant);
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        var now = clock.GetUtcNow();
        var until = now + Hold;
        var due = await Waiting(scope.ServiceProvider, db).AsNoTracking()
            .Where(m => m.NextAttemptAt <= now && (m.HeldUntil == null || m.HeldUntil <= now))
            .OrderBy(m => m.NextAttemptAt).ThenBy(m => m.Id).Take(TakenTogether).ToListAsync(cancel);
        var taken = new List<Held>();
        if (due.Count == 0)
            return taken;
        await db.WriteAsync(async () =>
        {
            foreach (var message in due)
                if (await db.OutboxMessages.Where(m => m.Id == message.Id && m.State == MessageState.Waiting && m.NextAttemptAt <= now && (m.HeldUntil == null || m.HeldUntil <= now))
                    .ExecuteUpdateAsync(row => row.SetProperty(m => m.HeldUntil, until).SetProperty(m => m.Attempts, m => m.Attempts + 1), cancel) == 1)
                    taken.Add(new(message, until));
            return Result.Ok;
        }, cancel);
        return taken;
    }

    private async Task AttemptAsync(Tenant tenant, Held held, CancellationToken stop)
    {
        await using var scope = Open(tenant);
        var message = held.Message;
        if (stop.IsCancellationRequested || clock.GetUtcNow() + AttemptLimit > held.Until)
            await FinishAsync(scope.ServiceProvider, held, message.State, message.Attempts, message.NextAttemptAt, message.LastAnswer);
        else
            await FinishAsync(scope.ServiceProvider, held, await SendAsync(scope.ServiceProvider, message));
    }

    private async Task<DeliveryAnswer> SendAsync(IServiceProvider services, OutboxMessage message)
    {
        // Not the token of the shutdown: half a mail may be a whole one to the server, and would come twice.
        using var limit = new CancellationTokenSource(AttemptLimit);
        try
        {
            return services.GetRequiredService<Outbox>().Read(message) is { } content
                ? await services.GetServices<IMessageSender>().Single(sender => sender.Channel == message.Channel).SendAsync(message, content with { Origin = await OriginAsync(services, limit.Token), File = await FileAsync(services, content.FileId, limit.Token) }, limit.Token)
                : new(Delivery.Never, "Its content is gone.");
        }
        catch (CryptographicException)
        {
            return new(Delivery.Never, "Its content can't be decrypted: the key it was encrypted with is missing.");
        }
        catch (OperationCanceledException)
        {
            return new(Delivery.Later, $"No answer within {AttemptLimit.TotalSeconds:0} seconds.");
        }
        catch (Exception failure)
        {
            // Carrying on is safe: only this message suffers, and it comes again later or dies.
            LogFailure(failure, message.Id);
            return new(Delivery.Later, failure.Message);
        }
    }

    private static async Task<MailFile?> FileAsync(IServiceProvider services, Guid? id, CancellationToken cancel)
    {
        var db = services.GetRequiredService<UserAdminDbContext>();
        if (id is null || await db.Exports.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.State == ExportState.Done, cancel) is not { } export)
            return null;
        var pieces = await db.ExportChunks.Where(c => c.ExportId == id).OrderBy(c => c.Number).Select(c => c.Content).ToListAsync(cancel);
        return new(ExportFiles.NameOf(export.Title, export.Format, export.CreatedAt), ExportWriter.ContentTypeOf(export.Format), [.. pieces.SelectMany(piece => piece)]);
    }

    private static async Task<MailOrigin> OriginAsync(IServiceProvider services, CancellationToken cancel)
    {
        var brand = await services.GetRequiredService<Policies>().GetAsync<Brand>(cancel);
        return new(OrNull(brand.SenderName), OrNull(brand.SenderAddress), OrNull(brand.SupportAddress));

        static string? OrNull(string text) => text.Length == 0 ? null : text;
    }

    private async Task FinishAsync(IServiceProvider services, Held held, DeliveryAnswer answer)
    {
        var attempts = held.Message.Attempts + 1;
        var state = answer.Delivery switch
        {
            Delivery.Done => MessageState.Sent,
            Delivery.Later when attempts < MostAttempts => MessageState.Waiting,
            _ => MessageState.Dead,
        };
        var words = Text.Shorten(Text.OneLine(answer.Words), 500);
        if (state == MessageState.Dead)
            LogDead(held.Message.Id, attempts, words);
        else if (state == MessageState.Waiting)
            LogLater(held.Message.Id, attempts, words);
        var pause = TimeSpan.FromMinutes(attempts <= Pauses.Length ? Pauses[attempts - 1] : Pauses[^1]);
        await FinishAsync(services, held, state, attempts, clock.GetUtcNow() + pause, words);
    }

    private async Task FinishAsync(IServiceProvider services, Held held, MessageState state, int attempts, DateTimeOffset next, string? words)
    {
        var db = services.GetRequiredService<UserAdminDbContext>();
        var (id, until, now) = (held.Message.Id, held.Until, clock.GetUtcNow());
        DateTimeOffset? sentAt = state == MessageState.Sent ? now : null;
        var content = state == MessageState.Sent && held.Message.CarriesSecret ? null : held.Message.Content;
        await db.WriteAsync(async () =>
        {
            await db.OutboxMessages.Where(m => m.Id == id && m.HeldUntil == until).ExecuteUpdateAsync(row => row
                .SetProperty(m => m.State, state).SetProperty(m => m.Attempts, attempts).SetProperty(m => m.NextAttemptAt, next).SetProperty(m => m.LastAnswer, words)
                .SetProperty(m => m.SentAt, sentAt).SetProperty(m => m.Content, content).SetProperty(m => m.HeldUntil, (DateTimeOffset?)null), CancellationToken.None);
            return Result.Ok;
        }, CancellationToken.None);
    }

    private static IQueryable<OutboxMessage> Waiting(IServiceProvider services, UserAdminDbContext db)
    {
        var open = services.GetServices<IMessageSender>().Where(sender => sender.IsConfigured).Select(sender => sender.Channel).ToList();
        return db.OutboxMessages.Where(m => m.State == MessageState.Waiting && open.Contains(m.Channel));
    }

    private AsyncServiceScope Open(Tenant tenant) => scopes.CreateFor(tenant);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {Id} was not sent at attempt {Attempt}: {Answer}")]
    private partial void LogLater(Guid id, int attempt, string answer);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {Id} was given up at attempt {Attempt}: {Answer}")]
    private partial void LogDead(Guid id, int attempt, string answer);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {Id} could not be sent")]
    private partial void LogFailure(Exception failure, Guid id);
}
