using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;

namespace UserAdmin.Core.Data;

/// <summary>Lets the writers of this process into a SQLite file one after the other. Other databases queue their writers themselves.</summary>
internal static class WriterQueue
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new();

    public static async Task<IDisposable?> EnterAsync(UserAdminDbContext db, CancellationToken cancel)
    {
        if (db is not SqliteUserAdminDbContext)
            return null;

        var gate = Gates.GetOrAdd(db.Database.GetConnectionString() ?? "", _ => new(1, 1));
        await gate.WaitAsync(cancel);
        return new Turn(gate);
    }

    private sealed class Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
