using System.Globalization;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Users;

public enum UserColumn { Email, UserName, Status, Role, SecondFactor, LastSignIn, Created, Organization }

/// <summary>The list of users as somebody narrowed it, with the columns they chose.</summary>
public sealed record UserExportQuery(UserFilter Filter, IReadOnlyList<UserColumn> Columns);

public sealed class UserExport(UserAdminDbContext db, UserDirectory users, OrganizationDirectory organizations, CustomValues custom) : IExportList
{
    public const string ListName = "users";

    // A page costs five questions whatever its size; who is out of patience with a thousand rows would be so with two hundred.
    private const int PageSize = 1000;

    private sealed record Column(ExportColumn Head, Func<UserRow, object?> Value);

    public string Name => ListName;

    public static string TitleOf(UserColumn column) => column switch
    {
        UserColumn.UserName => "User name",
        UserColumn.SecondFactor => "Second factor",
        UserColumn.LastSignIn => "Last sign-in",
        _ => column.ToString(),
    };

    public async Task<Result<ExportTable>> OpenAsync(string query, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.UsersView))
            return ExportProblems.ListNotFound;
        if (ExportQuery.Read<UserExportQuery>(query) is not { Filter: { } filter, Columns: { } chosen })
            return ExportProblems.BadQuery;

        // Written by whoever sent the form: what the page would leave out is left out here.
        filter = filter with { Search = filter.Search is { } search ? Text.Shorten(search, 200) : null, Statuses = [.. (filter.Statuses ?? []).Distinct()], Custom = [.. (filter.Custom ?? []).Take(5)] };
        var count = (await users.ListAsync(filter with { PageSize = 1 }, PageStart.First, actor, cancel)).Count;
        var isLong = count.IsKept || count.IsAtLeast;
        List<Column> columns = [new(new("Name", "name", Width: 28), user => user.FullName), .. chosen.Where(Enum.IsDefined).Distinct().Select(Of), .. (await custom.FieldsAsync(actor, cancel)).Where(field => field.IsInList).Select(Of)];
        var rows = ExportRows.ByPage((start, stop) => users.ReadAsync(filter, start, PageSize, isLong, actor, stop), user => [.. columns.Select(column => column.Value(user))], cancel);
        return new ExportTable("Users", [.. columns.Select(column => column.Head)], rows, await DescribeAsync(filter, count, actor, cancel)) { ExpectedRows = count.Value };
    }

    private static Column Of(UserColumn column)
    {
        ExportColumn Head(string key, CellKind kind = CellKind.Text, int width = 20) => new(TitleOf(column), key, kind, width);
        return column switch
        {
            UserColumn.Email => new(Head("email", width: 32), user => user.Email),
            UserColumn.UserName => new(Head("user_name"), user => user.UserName),
            UserColumn.Status => new(Head("status", width: 12), user => user.Status.ToString()),
            UserColumn.Role => new(Head("roles", width: 28), user => user.Roles),
            UserColumn.Organization => new(Head("organizations", width: 28), user => user.Organizations),
            UserColumn.SecondFactor => new(Head("second_factor", CellKind.YesNo, 14), user => user.HasTwoFactor),
            UserColumn.LastSignIn => new(Head("last_sign_in_at", CellKind.Instant), user => user.LastSignInAt),
            _ => new(Head("created_at", CellKind.Instant), user => user.CreatedAt),
        };
    }

    private static Column Of(CustomField field) => new(
        new(field.Label, $"field_{field.Key}", field.Kind switch { CustomFieldKind.Number => CellKind.Number, CustomFieldKind.Date => CellKind.Date, CustomFieldKind.Flag => CellKind.YesNo, _ => CellKind.Text }),
        user => user.Custom.GetValueOrDefault(field.Id) is not { } value ? null : field.Kind switch
        {
            CustomFieldKind.Number when double.TryParse(value, CultureInfo.InvariantCulture, out var number) => number,
            CustomFieldKind.Date when DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) => day,
            CustomFieldKind.Flag => true,
            _ => value,
        });

    private async Task<IReadOnlyList<(string, string)>> DescribeAsync(UserFilter filter, RowCount count, Actor actor, CancellationToken cancel)
    {
        var facts = new List<(string, string)>();
        void Say(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                facts.Add((name, value));
        }
        Say("Search", filter.Search);
        if (count is { IsAtLeast: true } && filter.Words.Count > 0)
            Say("Cut", $"Only the first {count.Value.ToString("N0", CultureInfo.InvariantCulture)} matches of the search");
        Say("Status", filter.Statuses.Count == 0 ? "Everybody who is not deleted" : string.Join(", ", filter.Statuses));
        Say("Role", await db.NameOfRoleAsync(filter.RoleId, cancel));
        Say("Belongs to", await organizations.NameInFilterAsync(filter.OrganizationId, actor, cancel));
        foreach (var (key, value) in filter.Custom)
            Say(key, value ?? "Any value");
        Say("Second factor", filter.HasTwoFactor switch { true => "On", false => "Off", _ => null });
        Say("Has signed in", filter.HasSignedIn switch { true => "Yes", false => "Never", _ => null });
        Say("Created", Span(filter.CreatedFrom, filter.CreatedTo));
        Say("Last sign-in", Span(filter.LastSignInFrom, filter.LastSignInTo));
        Say("Sorted by", $"{(filter.Sort switch { UserSort.UserName => "User name", UserSort.LastSignIn => "Last sign-in", var sort => sort.ToString() })}{(filter.Descending ? ", descending" : "")}");
        return facts;
    }

    private static string? Span(DateOnly? from, DateOnly? to) => (from, to) switch
    {
        (null, null) => null,
        ({ } first, null) => $"From {first:yyyy-MM-dd}",
        (null, { } last) => $"Until {last:yyyy-MM-dd}",
        var (first, last) => $"{first:yyyy-MM-dd} to {last:yyyy-MM-dd}",
    };
}
