using System.Globalization;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Seeding;

/// <summary>Finds names to sign in with that nobody has yet: ana.silva, then ana.silva2 and so on. They serve as user name and before the @ of the e-mail address.</summary>
internal sealed class FreeLogins
{
    private readonly Dictionary<string, int> highest = new(StringComparer.OrdinalIgnoreCase);

    public int Count => highest.Count;

    public static async Task<FreeLogins> ReadAsync(UserAdminDbContext db, CancellationToken cancel)
    {
        var free = new FreeLogins();
        await foreach (var user in db.Users.Select(u => new { u.UserName, u.Email }).AsAsyncEnumerable().WithCancellation(cancel))
        {
            free.Reserve(user.UserName);
            free.Reserve(user.Email);
        }
        return free;
    }

    public string Take(string wanted)
    {
        var number = highest[wanted] = highest.GetValueOrDefault(wanted) + 1;
        return number == 1 ? wanted : string.Create(CultureInfo.InvariantCulture, $"{wanted}{number}");
    }

    private void Reserve(string? login)
    {
        var name = (login ?? "").Split('@')[0];
        var word = name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        if (int.TryParse(name.AsSpan(word.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || word == name)
            highest[word] = Math.Max(highest.GetValueOrDefault(word), Math.Max(number, 1));
    }
}
