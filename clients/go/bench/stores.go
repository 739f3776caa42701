package main

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func newGateway() (store, error) {
	client, err := dynakv.NewFromEnv()
	if err != nil {
		return store{}, err
	}
	return store{
		name: "dynakv",
		get: func(ctx context.Context, key string) error {
			_, _, err := client.Get(ctx, key)
			return err
		},
		set: func(ctx context.Context, key string, value []byte) error {
			_, err := client.Set(ctx, key, value)
			return err
		},
	}, nil
}

// newDirect reads and writes items in the layout of entries: the key `pk` and the value `val`.
func newDirect(ctx context.Context, endpoint string) (store, error) {
	if endpoint == "" {
		return store{}, errors.New("DYNAMODB_ENDPOINT is not set")
	}
	settings, err := config.LoadDefaultConfig(ctx,
		config.WithRegion("us-east-1"),
		config.WithBaseEndpoint(endpoint),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("local", "local", "")),
	)
	if err != nil {
		return store{}, err
	}
	client, table := dynamodb.NewFromConfig(settings), aws.String("dynakv")
	attribute := func(key string) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: key}}
	}
	return store{
		name: "aws-sdk",
		get: func(ctx context.Context, key string) error {
			_, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: attribute(key)})
			return err
		},
		set: func(ctx context.Context, key string, value []byte) error {
			item := attribute(key)
			item["val"] = &types.AttributeValueMemberB{Value: value}
			_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: item})
			return err
		},
	}, nil
}
