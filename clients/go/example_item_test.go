package dynakv_test

import (
	"context"
	"fmt"
	"log"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

// snippet: struct

// Order is an item: its key is customer and number.
type Order struct {
	Customer string        `dynakv:"customer"`
	Number   int           `dynakv:"number"`
	Price    dynakv.Number `dynakv:"price"` // Decimal text, so that none of 38 digits is lost.
	Tags     []string      `dynakv:"tags,set"`
	Note     string        `dynakv:"note,omitempty"`
}

// end

func ExampleClient_Query() {
	ctx := context.Background()
	client, err := dynakv.NewFromEnv(dynakv.WithTable("orders"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if err := createOrders(ctx, client); err != nil {
		log.Fatal(err)
	}
	if err := putOrders(ctx, client); err != nil {
		log.Fatal(err)
	}
	if err := queryOrders(ctx, client); err != nil {
		log.Fatal(err)
	}
	// Output:
	// orders ACTIVE
	// new: true
	// paid 1 time(s)
	// 1 19.99 [gift]
	// 1 in the first page, more: false
	// 2 in all
}

func createOrders(ctx context.Context, client *dynakv.Client) error {
	// snippet: table
	table, err := client.CreateTable(ctx, dynakv.TableDefinition{
		Name:         "orders",
		PartitionKey: &dynakv.KeyAttribute{Name: "customer"},
		SortKey:      &dynakv.KeyAttribute{Name: "number", Type: dynakv.KeyNumber},
		Indexes: []dynakv.TableIndex{
			{Name: "by-state", PartitionKey: &dynakv.KeyAttribute{Name: "state"}, Projection: dynakv.ProjectKeys},
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(table.Name, table.Status)
	// end
	return nil
}

func putOrders(ctx context.Context, client *dynakv.Client) error {
	// snippet: item
	order := Order{Customer: "ada", Number: 1, Price: "19.99", Tags: []string{"gift"}}
	put, err := client.PutItem(ctx, order, dynakv.Condition(dynakv.Attr("customer").NotExists()))
	if err != nil {
		return err
	}
	fmt.Println("new:", put.Applied)

	_, err = client.PutItem(ctx, dynakv.Item{"customer": "ada", "number": 2, "price": 3})
	if err != nil {
		return err
	}

	// Paths may go into maps and lists; names need no aliases, values no placeholders.
	update := dynakv.NewUpdate().Set("state", "paid").Add("payments", 1).Remove("note")
	paid, err := client.UpdateItem(ctx, dynakv.Key("ada", 1), update, dynakv.Return(dynakv.ReturnAllNew))
	if err != nil {
		return err
	}
	fmt.Println("paid", paid.Attributes["payments"], "time(s)")
	// end
	return nil
}

func queryOrders(ctx context.Context, client *dynakv.Client) error {
	// snippet: query
	dear := client.Query(
		dynakv.Attr("customer").Equal("ada").And(dynakv.Attr("number").Between(1, 100)),
		dynakv.Filter(dynakv.Attr("price").Greater(10)),
		dynakv.Descending(),
	)
	// All pages, one read ahead while the other is used.
	for order, err := range dynakv.As[Order](dear.All(ctx)) {
		if err != nil {
			return err
		}
		fmt.Println(order.Number, order.Price, order.Tags)
	}

	// One page, and how to go on: with PageToken(page.NextPageToken).
	page, err := dear.Page(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%d in the first page, more: %v\n", page.Count, page.NextPageToken != "")

	// Expressions may also be written as DynamoDB has them.
	count, err := client.Query(dynakv.Expr("customer = :c", dynakv.Values{":c": "ada"})).Count(ctx)
	if err != nil {
		return err
	}
	fmt.Println(count, "in all")
	// end
	return nil
}

func ExampleClient_ListKeys() {
	ctx := context.Background()
	client, err := dynakv.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Set(ctx, "user:ada:name", []byte("Ada")); err != nil {
		log.Fatal(err)
	}

	// snippet: keys
	for key, err := range client.ListKeys(dynakv.Glob("user:*:name")).All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(key)
	}
	// end
	// Output: user:ada:name
}
